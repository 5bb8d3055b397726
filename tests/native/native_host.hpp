// A host for NvMOT libraries that is small enough to run under valgrind and sanitizers: it lays
// out memory as one DeepStream version does, byte by byte from layout.json, and leaves
// uninitialised what that version leaves uninitialised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace native {

struct LayoutRow {
    const char *version, *structure, *field;
    std::size_t offset, size;
};

// The numbers of one version.
class Layout {
  public:
    // Throws std::logic_error for a version that layout.json does not have.
    explicit Layout(std::string version);
    std::size_t size(const char* structure) const { return row(structure, "").size; }
    std::size_t at(const char* structure, const char* field) const {
        return row(structure, field).offset;
    }
    bool has(const char* structure, const char* field) const {
        return find(structure, field) != end_;
    }
    const std::string& version() const { return version_; }
    // 6.3 -> 603
    int number() const;

  private:
    const LayoutRow* find(const char* structure, const char* field) const;
    const LayoutRow& row(const char* structure, const char* field) const;
    std::string version_;
    const LayoutRow *begin_, *end_;  // a version's rows stand together
};

// Uninitialised memory, as new[] of a plain structure gives it.
struct Freed {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
};
using Memory = std::unique_ptr<std::uint8_t, Freed>;
inline Memory garbage(std::size_t size) {
    return Memory(static_cast<std::uint8_t*>(std::malloc(size)));
}

template <class Value>
void put(std::uint8_t* where, Value value) {
    std::memcpy(where, &value, sizeof value);
}
template <class Value>
Value get(const std::uint8_t* where) {
    Value value;
    std::memcpy(&value, where, sizeof value);
    return value;
}

struct Object {
    float x, y, width, height, score;
    std::uint16_t class_id;
};

struct FrameIn {
    std::uint64_t stream;
    std::uint32_t number;
    bool detection_done;
    std::vector<Object> objects;
};

struct Tracked {
    std::uint64_t id;
    Object object;
    std::uint32_t age;
    int origin;  // index of the object it belongs to, -1: none
};

struct FrameOut {
    std::uint64_t stream;
    std::vector<Tracked> tracked;
};

// One track of the misc data: the numbers of its frames.
struct MiscTrack {
    std::uint64_t stream;
    std::uint64_t id;
    std::vector<std::uint32_t> numbers;
};

struct MiscOut {
    std::vector<MiscTrack> past, terminated, shadow;
};

// The host's buffer for one kind of misc data: a batch of streams of objects of frames.
class MiscBuffer {
  public:
    MiscBuffer(const Layout& layout, std::size_t streams, std::size_t objects, std::size_t frames);
    std::uint8_t* batch() { return batch_.get(); }
    // What the library wrote; empties the buffer.
    std::vector<MiscTrack> take();
    void clear();

  private:
    std::string name(const char* level) const;
    const Layout& layout_;
    std::vector<std::uint8_t*> counts_;  // numFilled of the batch and of its streams
    std::vector<Memory> owned_;
    Memory batch_;
};

// Where the fields of a frame stand, which are filled millions of times.
struct FrameFields {
    explicit FrameFields(const Layout& layout);
    bool has_time_meta;
    std::size_t stream, number, width, height, do_tracking, reset, buffers, time, time_valid;
    std::size_t time_number, time_stamp, time_local, time_is_valid;
    std::size_t objects, detection_done, list, filled;
    std::size_t class_id, box, score, object_do_tracking, object_size;
    std::size_t frame_size, list_size, list_stream, list_number;
};

// A tracker library, loaded as gst-nvtracker loads it.
class Library {
  public:
    explicit Library(const std::string& path);
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    void* symbol(const char* name) const;  // nullptr where there is none

  private:
    void* handle_;
};

struct HostOptions {
    std::string config_path;
    std::uint32_t batch_size = 4;
    std::uint32_t width = 960, height = 544;
    void (*before_init)() = [] {};  // around the call of NvMOT_Init alone
    void (*after_init)() = [] {};
};

struct QueryOut {
    int status = -1;
    int batch_mode = 0;
    std::uint32_t max_targets = 0;
    std::uint32_t max_shadow_age = 0;
    std::uint32_t max_trajectory = 0;
    bool past = false, terminated = false, shadow = false;
};

// One element with one context.
class Host {
  public:
    // Queries and inits in the version's order; throws std::runtime_error where the library says
    // no.
    Host(const Library& library, const std::string& version, HostOptions options);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    std::vector<FrameOut> process(const std::vector<FrameIn>& frames);
    // What the library has to say beside the tracks of the last process(); empties the buffers.
    MiscOut misc();
    // The same without a look at it.
    void call_misc();
    void clear_misc();
    int remove(std::uint64_t stream);
    void update_params(const std::string& yaml);

    const Layout& layout() const { return layout_; }
    const QueryOut& query() const { return query_; }
    void* handle() const { return handle_; }
    // The raw buffers, for hostile play: frame k's bytes and output list k's bytes.
    std::uint8_t* frame(std::size_t k) const {
        return frames_.get() + k * layout_.size("NvMOTFrame");
    }
    std::uint8_t* list(std::size_t k) const {
        return lists_.get() + k * layout_.size("NvMOTTrackedObjList");
    }
    std::uint8_t* batch() { return batch_.get(); }
    std::uint8_t* lists() { return lists_.get(); }
    std::uint8_t* params() { return params_.get(); }
    void fill(const std::vector<FrameIn>& frames);
    int call_process();
    // process() without fill(): what `frames` say must stand in the buffers.
    std::vector<FrameOut> run(const std::vector<FrameIn>& frames);
    // What the last call_process() wrote.
    std::vector<FrameOut> results(const std::vector<FrameIn>& frames) const;
    void restore_output_sizes();

  private:
    void ask();
    void init();
    void allocate();
    void fill_frame(std::size_t k, const FrameIn& frame);
    void fill_objects(std::uint8_t* list, const FrameIn& frame);

    const Library& library_;
    Layout layout_;
    FrameFields fields_;
    HostOptions options_;
    QueryOut query_;
    void* handle_ = nullptr;
    std::vector<Memory> owned_;
    Memory frames_, lists_, batch_, params_;
    std::unique_ptr<MiscBuffer> past_, terminated_, shadow_;
};

// Which version the stand-in plugin says it is.
void present_version(const std::string& version);

}  // namespace native
