#include "native_host.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <stdexcept>

extern "C" {
int plugin_query(int (*call)(std::uint16_t, char*, void*), std::uint16_t size, char* path,
                 void* query);
int plugin_init(int (*call)(void*, void**, void*), void* config, void** handle, void* response);
void plugin_set_version(const char* version);
}

namespace native {
namespace {

const LayoutRow rows[] = {
#include "layout_table.inc"
};

template <class Function>
Function function(const Library& library, const char* name) {
    return reinterpret_cast<Function>(library.symbol(name));
}

}  // namespace

Layout::Layout(std::string version) : version_(std::move(version)) {
    const auto is_mine = [this](const LayoutRow& row) { return version_ == row.version; };
    begin_ = std::find_if(std::begin(rows), std::end(rows), is_mine);
    end_ = std::find_if_not(begin_, std::end(rows), is_mine);
    if (begin_ == end_) {
        throw std::logic_error("no layout of DeepStream " + version_);
    }
}

const LayoutRow* Layout::find(const char* structure, const char* field) const {
    return std::find_if(begin_, end_, [&](const LayoutRow& row) {
        return std::strcmp(structure, row.structure) == 0 && std::strcmp(field, row.field) == 0;
    });
}

const LayoutRow& Layout::row(const char* structure, const char* field) const {
    const LayoutRow* const found = find(structure, field);
    if (found == end_) {
        throw std::logic_error(version_ + " has no " + structure + "." + field);
    }
    return *found;
}

int Layout::number() const {
    int major = 0;
    int minor = 0;
    std::sscanf(version_.c_str(), "%d.%d", &major, &minor);
    return 100 * major + minor;
}

FrameFields::FrameFields(const Layout& layout)
    : has_time_meta(layout.has("NvMOTFrame", "timeMeta")) {
    const auto in_frame = [&](const char* field) { return layout.at("NvMOTFrame", field); };
    const auto in_time = [&](const char* field) {
        return has_time_meta ? layout.at("NvMOTTimeMeta", field) : 0;
    };
    stream = in_frame("streamID");
    number = in_frame("frameNum");
    width = in_frame("srcFrameWidth");
    height = in_frame("srcFrameHeight");
    do_tracking = in_frame("doTracking");
    reset = in_frame("reset");
    buffers = in_frame("numBuffers");
    time = has_time_meta ? in_frame("timeMeta") : 0;
    time_valid = has_time_meta ? 0 : in_frame("timeStampValid");
    time_number = in_time("frameNum");
    time_stamp = in_time("frameTimeStamp");
    time_local = in_time("localTimestamp");
    time_is_valid = in_time("frameTimeValid");
    objects = in_frame("objectsIn");
    detection_done = layout.at("NvMOTObjToTrackList", "detectionDone");
    list = layout.at("NvMOTObjToTrackList", "list");
    filled = layout.at("NvMOTObjToTrackList", "numFilled");
    class_id = layout.at("NvMOTObjToTrack", "classId");
    box = layout.at("NvMOTObjToTrack", "bbox");
    score = layout.at("NvMOTObjToTrack", "confidence");
    object_do_tracking = layout.at("NvMOTObjToTrack", "doTracking");
    object_size = layout.size("NvMOTObjToTrack");
    frame_size = layout.size("NvMOTFrame");
    list_size = layout.size("NvMOTTrackedObjList");
    list_stream = layout.at("NvMOTTrackedObjList", "streamID");
    list_number = layout.at("NvMOTTrackedObjList", "frameNum");
}

Library::Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW)) {
    if (handle_ == nullptr) {
        throw std::runtime_error(dlerror());
    }
}
Library::~Library() { dlclose(handle_); }
void* Library::symbol(const char* name) const { return dlsym(handle_, name); }

void present_version(const std::string& version) {
    static std::string kept;
    kept = version;
    plugin_set_version(kept.c_str());
}

Host::Host(const Library& library, const std::string& version, HostOptions options)
    : library_(library), layout_(version), fields_(layout_), options_(std::move(options)) {
    if (layout_.number() < 700) {
        ask();
        init();
    } else {
        init();
        ask();
    }
    allocate();
}

Host::~Host() { function<void (*)(void*)>(library_, "NvMOT_DeInit")(handle_); }

void Host::ask() {
    const Memory query = garbage(layout_.size("NvMOTQuery"));
    if (layout_.number() >= 603) {
        std::memset(query.get(), 0, layout_.size("NvMOTQuery"));
    }
    const auto at = [&](const char* field) {
        return query.get() + layout_.at("NvMOTQuery", field);
    };
    const auto flag = [&](const char* field) {
        return layout_.has("NvMOTQuery", field) && get<std::uint8_t>(at(field)) != 0;
    };
    if (layout_.has("NvMOTQuery", "contextHandle")) {
        put(at("contextHandle"), handle_);
    }
    query_.status =
        plugin_query(function<int (*)(std::uint16_t, char*, void*)>(library_, "NvMOT_Query"),
                     static_cast<std::uint16_t>(options_.config_path.size()),
                     options_.config_path.data(), query.get());
    if (query_.status != 0) {
        throw std::runtime_error("NvMOT_Query failed");
    }
    query_.batch_mode = get<int>(at("batchMode"));
    query_.past = flag("supportPastFrame");
    query_.terminated = flag("outputTerminatedTracks");
    query_.shadow = flag("outputShadowTracks");
    query_.max_targets = 150;
    if (layout_.has("NvMOTQuery", "maxTargetsPerStream")) {
        query_.max_targets = get<std::uint32_t>(at("maxTargetsPerStream"));
        query_.max_shadow_age = get<std::uint32_t>(at("maxShadowTrackingAge"));
    }
    if (layout_.has("NvMOTQuery", "maxTrajectoryBufferLength")) {
        query_.max_trajectory = get<std::uint32_t>(at("maxTrajectoryBufferLength"));
    }
}

void Host::init() {
    const Memory config = garbage(layout_.size("NvMOTConfig"));
    const Memory transform = garbage(layout_.size("NvMOTPerTransformBatchConfig"));
    const Memory response = garbage(layout_.size("NvMOTConfigResponse"));
    const auto at = [&](const char* field) {
        return config.get() + layout_.at("NvMOTConfig", field);
    };
    // A temporary without a terminator, as std::string::data() of a host may be reused at once.
    std::vector<char> path(options_.config_path.begin(), options_.config_path.end());
    put(at("maxStreams"), options_.batch_size);
    std::memset(transform.get(), 0, layout_.size("NvMOTPerTransformBatchConfig"));
    if (layout_.number() >= 700) {
        put(transform.get() + layout_.at("NvMOTPerTransformBatchConfig", "maxWidth"),
            options_.width);
        put(transform.get() + layout_.at("NvMOTPerTransformBatchConfig", "maxHeight"),
            options_.height);
    }
    put(at("perTransformBatchConfig"), transform.get());
    put(at("customConfigFilePathSize"), static_cast<std::uint16_t>(path.size()));
    put(at("customConfigFilePath"), path.data());
    const auto call = function<int (*)(void*, void**, void*)>(library_, "NvMOT_Init");
    options_.before_init();
    plugin_init(call, config.get(), &handle_, response.get());
    options_.after_init();
    if (handle_ == nullptr) {
        throw std::runtime_error("NvMOT_Init gave no context");
    }
}

void Host::allocate() {
    const std::size_t batch_size = options_.batch_size;
    frames_ = garbage(batch_size * layout_.size("NvMOTFrame"));
    lists_ = garbage(batch_size * layout_.size("NvMOTTrackedObjList"));
    batch_ = garbage(layout_.size("NvMOTTrackedObjBatch"));
    params_ = garbage(layout_.size("NvMOTProcessParams"));
    put(params_.get() + layout_.at("NvMOTProcessParams", "frameList"), frames_.get());
    put(batch_.get() + layout_.at("NvMOTTrackedObjBatch", "list"), lists_.get());
    for (std::size_t k = 0; k < batch_size; ++k) {
        owned_.push_back(garbage(query_.max_targets * layout_.size("NvMOTObjToTrack")));
        std::uint8_t* in = frame(k) + layout_.at("NvMOTFrame", "objectsIn");
        put(in + layout_.at("NvMOTObjToTrackList", "list"), owned_.back().get());
        put(in + layout_.at("NvMOTObjToTrackList", "numAllocated"), query_.max_targets);
        owned_.push_back(garbage(query_.max_targets * layout_.size("NvMOTTrackedObj")));
        put(list(k) + layout_.at("NvMOTTrackedObjList", "list"), owned_.back().get());
        put(list(k) + layout_.at("NvMOTTrackedObjList", "numAllocated"), query_.max_targets);
        put(frame(k) + layout_.at("NvMOTFrame", "bufferList"), owned_.back().get());
    }
    const auto buffer = [&](std::size_t frames) {
        return std::make_unique<MiscBuffer>(layout_, batch_size, query_.max_targets, frames);
    };
    constexpr std::size_t kUntold = 64;
    if (query_.past) {
        past_ = buffer(query_.max_shadow_age > 0 ? query_.max_shadow_age : kUntold);
    }
    if (query_.terminated) {
        terminated_ = buffer(query_.max_trajectory);
    }
    if (query_.shadow && (past_ || terminated_)) {
        shadow_ = buffer(1);
    }
}

MiscOut Host::misc() {
    call_misc();
    const auto take = [](const std::unique_ptr<MiscBuffer>& buffer) {
        return buffer ? buffer->take() : std::vector<MiscTrack>();
    };
    return {take(past_), take(terminated_), take(shadow_)};
}

void Host::clear_misc() {
    for (const auto* buffer : {&past_, &terminated_, &shadow_}) {
        if (*buffer) {
            (*buffer)->clear();
        }
    }
}

void Host::call_misc() {
    const auto batch_of = [](const std::unique_ptr<MiscBuffer>& buffer) {
        return buffer ? buffer->batch() : nullptr;
    };
    using Call = int (*)(void*, void*, void*);
    if (layout_.number() < 603) {
        function<Call>(library_, "NvMOT_ProcessPast")(handle_, params_.get(), batch_of(past_));
    } else {
        const Memory misc = garbage(layout_.size("NvMOTTrackerMiscData"));
        const bool any = past_ || terminated_;
        for (const auto& kind : {std::make_pair("pPastFrameObjBatch", &past_),
                                 std::make_pair("pTerminatedTrackBatch", &terminated_),
                                 std::make_pair("pShadowTrackBatch", &shadow_)}) {
            // Undeclared ones stay garbage; without buffers the first two are null.
            const bool told = *kind.second || (!any && kind.second != &shadow_);
            if (told && layout_.has("NvMOTTrackerMiscData", kind.first)) {
                put(misc.get() + layout_.at("NvMOTTrackerMiscData", kind.first),
                    batch_of(*kind.second));
            }
        }
        function<Call>(library_, "NvMOT_RetrieveMiscData")(handle_, params_.get(), misc.get());
    }
}

void Host::fill_frame(std::size_t k, const FrameIn& in) {
    std::uint8_t* const out = frames_.get() + k * fields_.frame_size;
    const auto at = [&](std::size_t field) { return out + field; };
    put(at(fields_.stream), in.stream);
    put(at(fields_.number), in.number);
    put<std::uint32_t>(at(fields_.width), 1920);
    put<std::uint32_t>(at(fields_.height), 1080);
    put<std::uint8_t>(at(fields_.do_tracking), 1);
    put<std::uint8_t>(at(fields_.reset), 0);
    put<std::uint8_t>(at(fields_.buffers), 0);
    if (fields_.has_time_meta) {
        std::uint8_t* time = at(fields_.time);
        put(time + fields_.time_number, in.number);
        put<std::uint64_t>(time + fields_.time_stamp, std::uint64_t{33'333'333} * in.number);
        put<std::uint64_t>(time + fields_.time_local, 0);
        put<std::uint8_t>(time + fields_.time_is_valid, 1);
    } else {
        put<std::uint8_t>(at(fields_.time_valid), 0);
    }
    fill_objects(at(fields_.objects), in);
    std::uint8_t* const list = lists_.get() + k * fields_.list_size;
    put(list + fields_.list_stream, in.stream);
    put(list + fields_.list_number, in.number);
}

void Host::fill_objects(std::uint8_t* list, const FrameIn& in) {
    put<std::uint8_t>(list + fields_.detection_done, in.detection_done);
    std::uint32_t count = 0;
    auto* slot = get<std::uint8_t*>(list + fields_.list);
    for (const Object& object : in.objects) {
        if (count == query_.max_targets) {
            break;
        }
        put(slot + fields_.class_id, object.class_id);
        const float box[4] = {object.x, object.y, object.width, object.height};
        std::memcpy(slot + fields_.box, box, sizeof box);
        put(slot + fields_.score, object.score);
        put<std::uint8_t>(slot + fields_.object_do_tracking, 1);
        slot += fields_.object_size;
        ++count;
    }
    put(list + fields_.filled, count);
}

void Host::fill(const std::vector<FrameIn>& frames) {
    const auto count = static_cast<std::uint32_t>(frames.size());
    put(params_.get() + layout_.at("NvMOTProcessParams", "numFrames"), count);
    put(batch_.get() + layout_.at("NvMOTTrackedObjBatch", "numAllocated"), count);
    put(batch_.get() + layout_.at("NvMOTTrackedObjBatch", "numFilled"), count);
    for (std::size_t k = 0; k < frames.size(); ++k) {
        fill_frame(k, frames[k]);
    }
}

int Host::call_process() {
    return function<int (*)(void*, void*, void*)>(library_, "NvMOT_Process")(handle_, params_.get(),
                                                                             batch_.get());
}

std::vector<FrameOut> Host::process(const std::vector<FrameIn>& frames) {
    fill(frames);
    return run(frames);
}

void Host::restore_output_sizes() {
    for (std::size_t k = 0; k < options_.batch_size; ++k) {
        put(list(k) + layout_.at("NvMOTTrackedObjList", "numAllocated"), query_.max_targets);
    }
}

std::vector<FrameOut> Host::run(const std::vector<FrameIn>& frames) {
    if (call_process() != 0) {
        throw std::runtime_error("NvMOT_Process failed");
    }
    return results(frames);
}

std::vector<FrameOut> Host::results(const std::vector<FrameIn>& frames) const {
    const std::size_t in_size = layout_.size("NvMOTObjToTrack");
    std::vector<FrameOut> out;
    for (std::size_t k = 0; k < frames.size(); ++k) {
        const auto* inputs = get<std::uint8_t*>(frame(k) + layout_.at("NvMOTFrame", "objectsIn") +
                                                layout_.at("NvMOTObjToTrackList", "list"));
        FrameOut one{frames[k].stream, {}};
        const auto filled =
            get<std::uint32_t>(list(k) + layout_.at("NvMOTTrackedObjList", "numFilled"));
        const auto* slot = get<std::uint8_t*>(list(k) + layout_.at("NvMOTTrackedObjList", "list"));
        for (std::uint32_t j = 0; j < filled; ++j, slot += layout_.size("NvMOTTrackedObj")) {
            const auto at = [&](const char* field) {
                return slot + layout_.at("NvMOTTrackedObj", field);
            };
            const auto* origin = get<std::uint8_t*>(at("associatedObjectIn"));
            const std::uint8_t* box = at("bbox");
            one.tracked.push_back(
                {get<std::uint64_t>(at("trackingId")),
                 {get<float>(box), get<float>(box + 4), get<float>(box + 8), get<float>(box + 12),
                  get<float>(at("confidence")), get<std::uint16_t>(at("classId"))},
                 get<std::uint32_t>(at("age")),
                 origin == nullptr
                     ? -1
                     : static_cast<int>((origin - inputs) / static_cast<long>(in_size))});
        }
        out.push_back(std::move(one));
    }
    return out;
}

int Host::remove(std::uint64_t stream) {
    return function<int (*)(void*, std::uint64_t)>(library_, "NvMOT_RemoveStreams")(handle_,
                                                                                    stream);
}

void Host::update_params(const std::string& yaml) {
    function<int (*)(void*, const std::string&)>(library_, "NvMOT_UpdateParams")(handle_, yaml);
}

}  // namespace native
