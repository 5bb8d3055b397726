#include "deepstream/context.hpp"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "deepstream/configuration.hpp"
#include "deepstream/yaml_reader.hpp"

namespace streamtrack::nvmot {
namespace {

// Room that is reserved at the start; larger batches than this grow it once.
constexpr std::size_t kMostReserved = 1 << 18;

std::string pad_of(std::uint64_t stream) { return std::to_string(stream >> 32); }

}  // namespace

Context::Context(const Host& host, const HostConfig& told, Config config)
    : abi_(*host.abi),
      host_is_newer_(host.is_newer),
      mask_size_(std::uint64_t{told.width} * told.height),
      tracker_(std::move(config)),
      answer_(answer_for(tracker_.settings())),
      misc_writer_(abi_, answer_) {
    log_.set_level(tracker_.settings().log_level);
    const std::size_t streams = std::min<std::size_t>(told.max_streams, 1024);
    const std::size_t objects = std::min(streams * answer_.max_targets_per_stream, kMostReserved);
    works_.reserve(streams);
    frames_.reserve(streams);
    detections_.reserve(objects);
    origins_.reserve(objects);
}

Status::Value Context::process(const ProcessParams* params, TrackedObjBatch* batch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint32_t lists =
        batch == nullptr || batch->list == nullptr ? 0 : batch->num_allocated;
    for (std::uint32_t k = 0; k < lists; ++k) {
        batch->list[k].num_filled = 0;
        batch->list[k].valid = true;
    }
    const std::uint32_t frames =
        params == nullptr || params->frame_list == nullptr ? 0 : params->num_frames;
    if (frames == 0 || lists == 0) {
        return Status::ok;
    }
    if (!is_safe(*params, *batch)) {
        return Status::error;
    }
    works_.clear();
    for (std::uint32_t k = 0; k < frames; ++k) {
        const HostFrame frame = abi_.read_frame(params->frame_list, k);
        take(frame, output_of(*batch, k, frame));
    }
    run_round();
    for (const std::uint64_t idle : tracker_.remove_idle()) {
        streams_.erase(idle);
    }
    return Status::ok;
}

// Before anything is written: are the host's arrays as large as its version says?
bool Context::is_safe(const ProcessParams& params, const TrackedObjBatch& batch) {
    if (host_is_newer_ && !host_is_checked_ && !looks_like_9_1(params, batch, mask_size_)) {
        write_log(LogLevel::error, Place(),
                  "this DeepStream is newer than any the library knows, and its structures are "
                  "not those of 9.1; nothing is tracked. Get a newer libByteTracker.so");
        return false;
    }
    host_is_checked_ = true;
    if (abi_.generation == Generation::deepstream_6_0) {
        return true;  // the smallest objects: there is nothing to overrun
    }
    for (std::uint32_t k = 0; k < batch.num_allocated; ++k) {
        const TrackedObjList& list = batch.list[k];
        const std::uint64_t needed = std::uint64_t{list.num_allocated} * abi_.object_size;
        if (list.list != nullptr && needed > 0 && malloc_usable_size(list.list) < needed) {
            write_log(LogLevel::error, Place(),
                      "the host's output array holds %llu bytes where DeepStream %s has %llu; "
                      "nothing is tracked. Check deepstream_version and the plugin",
                      static_cast<unsigned long long>(malloc_usable_size(list.list)), abi_.name,
                      static_cast<unsigned long long>(needed));
            return false;
        }
    }
    return true;
}

// The list that the host made for this frame, or nullptr.
TrackedObjList* Context::output_of(TrackedObjBatch& batch, std::uint32_t index,
                                   const HostFrame& frame) {
    TrackedObjList* const begin = batch.list;
    TrackedObjList* const end = begin + batch.num_allocated;
    TrackedObjList* found = index < batch.num_allocated ? begin + index : end;
    if (!abi_.lists_are_labelled && found != end) {
        found->stream_id = frame.stream;
        found->frame_num = frame.number;
    } else if (found == end || found->stream_id != frame.stream) {
        found = std::find_if(
            begin, end, [&](const TrackedObjList& one) { return one.stream_id == frame.stream; });
    }
    if (found != end && found->list != nullptr) {
        return found;
    }
    std::uint64_t left_out = 0;
    if (log_.is_due(Trouble::list_missing, LogLevel::error, left_out)) {
        write_log(LogLevel::error, {frame.stream, frame.number},
                  "the host gave no output array for this frame; its tracks are not reported "
                  "(%llu more like it)",
                  static_cast<unsigned long long>(left_out));
    }
    return nullptr;
}

void Context::take(const HostFrame& frame, TrackedObjList* output) {
    if (!frame.do_tracking) {
        return;
    }
    if (frame.reset) {
        remove(frame.stream);
    }
    const std::uint32_t count = object_count(frame);
    // A probe may add objects to a frame that the detector skipped.
    const bool detected = frame.objects->detection_done != 0 || count > 0;
    Stream* stream = stream_of(frame, detected);
    if (stream == nullptr) {
        return;
    }
    if (stream->last_round == round_) {
        run_round();  // a stream's second frame in one call
    }
    stream->last_round = round_;
    const std::size_t first = detections_.size();
    read_detections(frame, count);
    works_.push_back({frame.stream, frame.number, frame.objects, output, first});
    frames_.push_back({stream->tracker,
                       {nullptr, detections_.size() - first, detected, frame.timestamp,
                        std::int64_t{frame.number}}});
}

std::uint32_t Context::object_count(const HostFrame& frame) {
    const ObjToTrackList& objects = *frame.objects;
    if (objects.list == nullptr) {
        return 0;
    }
    std::uint64_t left_out = 0;
    if (objects.num_filled >= answer_.max_targets_per_stream &&
        log_.is_due(Trouble::input_full, LogLevel::warning, left_out)) {
        write_log(LogLevel::warning, {frame.stream, frame.number},
                  "the detector filled all %u places for objects; DeepStream drops what is beyond. "
                  "Raise max_targets_per_stream or the detector's threshold (%llu more like it)",
                  answer_.max_targets_per_stream, static_cast<unsigned long long>(left_out));
    }
    return std::min(objects.num_filled, objects.num_allocated);
}

// A stream begins with its first frame that the detector saw.
Context::Stream* Context::stream_of(const HostFrame& frame, bool detected) {
    const auto found = streams_.find(frame.stream);
    if (found != streams_.end()) {
        return &found->second;
    }
    if (!detected) {
        return nullptr;
    }
    if (log_.shows(LogLevel::info)) {
        write_log(LogLevel::info, {frame.stream, frame.number}, "stream begins");
    }
    StreamTracker& tracker = tracker_.stream(frame.stream, pad_of(frame.stream));
    return &streams_.emplace(frame.stream, Stream{&tracker, 0}).first->second;
}

void Context::read_detections(const HostFrame& frame, std::uint32_t count) {
    for (std::uint32_t row = 0; row < count; ++row) {
        const ObjToTrack& object = frame.objects->list[row];
        if (object.do_tracking == 0) {
            continue;
        }
        const Rect& box = object.bbox;
        const Detection detection{{box.x, box.y, box.width, box.height},
                                  object.confidence,
                                  std::int32_t{object.class_id}};
        if (const char* wrong = what_is_wrong(detection)) {
            std::uint64_t left_out = 0;
            if (log_.is_due(Trouble::bad_object, LogLevel::warning, left_out)) {
                write_log(LogLevel::warning, {frame.stream, frame.number},
                          "object %u dropped: %s, got box %g %g %g %g score %g class %u; mend "
                          "the detector's output parser (%llu more like it)",
                          row, wrong, static_cast<double>(box.x), static_cast<double>(box.y),
                          static_cast<double>(box.width), static_cast<double>(box.height),
                          static_cast<double>(object.confidence), object.class_id,
                          static_cast<unsigned long long>(left_out));
            }
            continue;
        }
        detections_.push_back(detection);
        origins_.push_back(row);
    }
}

// Updates the streams that were taken, then gives out ids in the order of their frames.
void Context::run_round() {
    for (std::size_t k = 0; k < works_.size(); ++k) {
        frames_[k].frame.detections = detections_.data() + works_[k].first_detection;
    }
    tracker_.update_batch(frames_.data(), frames_.size(), 1);
    for (std::size_t k = 0; k < works_.size(); ++k) {
        if (works_[k].output != nullptr) {
            write_report(works_[k], *frames_[k].tracker);
        }
    }
    ++round_;
    works_.clear();
    frames_.clear();
    detections_.clear();
    origins_.clear();
}

void Context::write_report(const Work& work, const StreamTracker& tracker) {
    TrackedObjList& output = *work.output;
    const std::vector<TrackedObject>& objects = tracker.objects();
    const bool fits = objects.size() <= output.num_allocated;
    const auto write = [&](const TrackedObject& object) {
        ObjToTrack* origin = nullptr;
        if (object.detection_index >= 0) {
            const auto index = static_cast<std::size_t>(object.detection_index);
            origin = work.objects->list + origins_[work.first_detection + index];
        }
        abi_.write_object(output.list, output.num_filled++, object, origin);
    };
    // Where there are too many, those with a detection go first: the host removes the objects
    // that come back without a track.
    for (const bool detected : {true, false}) {
        for (const TrackedObject& object : objects) {
            const bool is_detected = object.detection_index >= 0;
            if (output.num_filled < output.num_allocated &&
                (fits ? detected : is_detected == detected)) {
                write(object);
            }
        }
    }
    std::uint64_t left_out = 0;
    if (!fits && log_.is_due(Trouble::output_full, LogLevel::warning, left_out)) {
        write_log(LogLevel::warning, {work.stream, work.number},
                  "%zu tracks for %u places; the rest is not reported. Raise "
                  "max_targets_per_stream (%llu more like it)",
                  objects.size(), output.num_allocated, static_cast<unsigned long long>(left_out));
    }
}

void Context::retrieve_misc_data(const ProcessParams* params, const void* misc) {
    if (misc != nullptr) {
        write_misc(params, usable_batches(abi_, answer_, misc));
    }
}

void Context::process_past(const ProcessParams* params, MiscDataBatch* past) {
    if (answer_.past_frames) {
        write_misc(params, {past, nullptr, nullptr});
    }
}

void Context::write_misc(const ProcessParams* params, const MiscBatches& batches) {
    if (batches.none() || params == nullptr || params->frame_list == nullptr) {
        return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    for (std::uint32_t k = 0; k < params->num_frames; ++k) {
        const HostFrame frame = abi_.read_frame(params->frame_list, k);
        const auto found = streams_.find(frame.stream);
        if (found == streams_.end()) {
            continue;
        }
        std::uint64_t left_out = 0;
        if (!misc_writer_.write(batches, frame.stream, *found->second.tracker) &&
            log_.is_due(Trouble::misc_full, LogLevel::warning, left_out)) {
            write_log(LogLevel::warning, {frame.stream, frame.number},
                      "the host's misc data arrays are full; what does not fit comes later "
                      "(%llu more like it)",
                      static_cast<unsigned long long>(left_out));
        }
    }
}

void Context::remove(std::uint64_t stream) {
    streams_.erase(stream);
    tracker_.remove(stream);
}

void Context::remove_streams(std::uint64_t stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::uint64_t> of_pad;
    for (const auto& entry : streams_) {
        if (entry.first >> 32 == stream >> 32) {
            of_pad.push_back(entry.first);
        }
    }
    for (const std::uint64_t one : of_pad) {
        remove(one);
    }
}

void Context::change(const std::string& yaml) {
    Config said;
    read_yaml(yaml, "the new text", said);
    std::vector<std::string> refused;
    const std::lock_guard<std::mutex> lock(mutex_);
    tracker_.change(changed_config(tracker_.config(), said, refused));
    log_.set_level(tracker_.settings().log_level);
    for (const std::string& line : refused) {
        write_log(LogLevel::warning, Place(), "NvMOT_UpdateParams: %s", line.c_str());
    }
}

}  // namespace streamtrack::nvmot
