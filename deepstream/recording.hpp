// The messages that carry a recording from the host's thread to the writer's: plain values, one
// after the other. docs/recording.md describes the rows that the writer makes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "core/box.hpp"

namespace streamtrack::nvmot {

// What comes next in a message.
enum class Entry : std::uint8_t {
    part,    // a new file begins: PartHead, configuration, then for each stream a state
    state,   // StreamState and its bytes: a stream goes on from there
    stream,  // StreamHead: a stream begins
    prefix,  // PrefixHead: a stream draws the upper half of its ids in the batch that follows
    batch,   // BatchHead, then that many frames: FrameHead with its detections
    remove,  // the stream's id
    change,  // the configuration as it is from here on
};

// Every message begins with it.
struct MessageHead {
    std::uint64_t frames;       // in the message
    std::uint64_t lost_frames;  // before it; only a part tells of them
    std::uint64_t begins_part;  // 1: a new file begins with it
};

struct PartHead {
    std::uint64_t last_id;
    std::uint64_t streams;
};

struct StreamState {
    std::uint64_t stream;
    std::uint64_t bytes;
};

struct StreamHead {
    std::uint64_t stream;
    std::uint32_t source_width, source_height;
};

struct PrefixHead {
    std::uint64_t stream;
    std::uint64_t prefix;
};

struct BatchHead {
    std::uint64_t last_id;  // given out before this batch
    std::uint64_t frames;
};

struct FrameHead {
    std::uint64_t stream;
    double timestamp;
    std::uint32_t number;
    std::uint32_t detected;
    std::uint32_t objects;
    std::uint32_t dropped;
    std::int64_t places;  // in the host's output array where it cut the report, else -1
};

class MessageWriter {
  public:
    explicit MessageWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}
    template <class Value>
    void put(const Value& value) {
        static_assert(std::is_trivially_copyable<Value>::value, "messages are plain values");
        put_bytes(&value, sizeof value);
    }
    void put_bytes(const void* from, std::size_t size) {
        const auto* const begin = static_cast<const std::uint8_t*>(from);
        bytes_.insert(bytes_.end(), begin, begin + size);
    }
    void put_text(const std::string& text) {
        put(std::uint64_t{text.size()});
        put_bytes(text.data(), text.size());
    }

  private:
    std::vector<std::uint8_t>& bytes_;
};

// Reads what a MessageWriter of this process wrote.
class MessageReader {
  public:
    explicit MessageReader(const std::vector<std::uint8_t>& bytes)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
    bool more() const { return at_ != end_; }
    template <class Value>
    Value get() {
        Value value;
        std::memcpy(&value, get_bytes(sizeof value), sizeof value);
        return value;
    }
    const std::uint8_t* get_bytes(std::size_t size) {
        const std::uint8_t* const here = at_;
        at_ += size;
        return here;
    }
    std::string get_text() {
        const auto size = static_cast<std::size_t>(get<std::uint64_t>());
        return {reinterpret_cast<const char*>(get_bytes(size)), size};
    }

  private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

}  // namespace streamtrack::nvmot
