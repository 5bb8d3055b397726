#include "deepstream/context.hpp"

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <new>
#include <utility>

#include "deepstream/configuration.hpp"
#include "deepstream/yaml_reader.hpp"

namespace streamtrack::nvmot {
namespace {

using Number = unsigned long long;  // what %llu takes

// Streams for which room is reserved at the start; larger batches grow it once.
constexpr std::uint32_t kMostReserved = 256;

std::string pad_of(std::uint64_t stream) { return std::to_string(stream >> 32); }

// Counts contexts over the process's life, so that files can tell them apart.
unsigned next_context_number() {
    static std::atomic<unsigned> next{0};
    return next.fetch_add(1);
}

std::uint64_t nanoseconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// Sets what hosts read even where nothing can be tracked; the number of lists.
std::uint32_t clear_output(TrackedObjBatch* batch) {
    if (batch == nullptr || batch->list == nullptr) {
        return 0;
    }
    for (std::uint32_t k = 0; k < batch->num_allocated; ++k) {
        batch->list[k].num_filled = 0;
        batch->list[k].valid = true;
    }
    return batch->num_allocated;
}

}  // namespace

Context::Context(const Host& host, const HostConfig& told, Config config)
    : abi_(*host.abi),
      host_is_newer_(host.is_newer),
      mask_size_(std::uint64_t{told.width} * told.height),
      tracker_(std::move(config)),
      answer_(answer_for(tracker_.settings())),
      round_(abi_, log_, figures_, std::min(told.max_streams, kMostReserved),
             answer_.max_targets_per_stream),
      misc_writer_(abi_, answer_) {
    log_.set_level(tracker_.settings().log_level);
    if (log_.shows(LogLevel::info)) {
        write_log(LogLevel::info, Place(), "DeepStream %s, as %s says; %u streams, %u objects each",
                  host.version.c_str(), host.source.c_str(), told.max_streams,
                  answer_.max_targets_per_stream);
    }
    for (const std::string& name : sections_of_no_pad(tracker_.config())) {
        if (log_.shows(LogLevel::warning)) {
            write_log(LogLevel::warning, Place(),
                      "streams: %s is no stream here; name DeepStream's streams by their pad "
                      "indices, such as 0",
                      name.c_str());
        }
    }
    start_files(host, told);
}

void Context::start_files(const Host& host, const HostConfig& told) {
    const Settings& settings = tracker_.settings();
    const unsigned number = next_context_number();
    if (!settings.state_file.empty()) {
        state_ = std::make_unique<StateShare>(settings.state_file, tracker_);
    }
    if (!settings.metrics_file.empty()) {
        metrics_ = std::make_unique<MetricsShare>(settings, number, host.version, figures_);
    }
    if (!settings.record.empty()) {
        constexpr std::uint64_t kMegabyte = 1'000'000;
        RecordingOrigin origin{
            settings.record, static_cast<std::uint64_t>(settings.record_max_mb) * kMegabyte,
            host.version,    number,
            told.width,      told.height};
        recorder_ =
            std::make_unique<Recorder>(std::move(origin), told.max_streams, tracker_, figures_);
    }
}

Status::Value Context::process(const ProcessParams* params, TrackedObjBatch* batch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint64_t start = nanoseconds_now();
    const std::uint32_t lists = clear_output(batch);
    const std::uint32_t frames =
        params == nullptr || params->frame_list == nullptr ? 0 : params->num_frames;
    if (frames == 0 || lists == 0) {
        return Status::ok;
    }
    if (!is_safe(*params, *batch)) {
        return Status::error;
    }
    try {
        process_frames(*params, frames, *batch);
    } catch (const std::bad_alloc&) {
        figures_.failed_calls.add(1);
        clear_output(batch);
        if (recorder_) {
            recorder_->fail_call(frames);
        }
        std::uint64_t left_out = 0;
        if (log_.is_due(Trouble::out_of_memory, LogLevel::error, left_out)) {
            write_log(LogLevel::error, Place(),
                      "out of memory: %u frames are not tracked (%llu more like it)", frames,
                      static_cast<Number>(left_out));
        }
    }
    figures_.add_call(nanoseconds_now() - start);
    return Status::ok;
}

void Context::process_frames(const ProcessParams& params, std::uint32_t count,
                             TrackedObjBatch& batch) {
    round_.clear();
    ++rounds_;
    for (std::uint32_t k = 0; k < count; ++k) {
        const HostFrame frame = abi_.read_frame(params.frame_list, k);
        const auto known = streams_.find(frame.stream);
        if (known != streams_.end() && known->second.last_round == rounds_) {
            run_round();  // a stream's second frame in one call
        }
        take(frame, output_of(batch, k, frame));
    }
    run_round();
    for (const std::uint64_t idle : tracker_.remove_idle()) {
        remove(streams_.find(idle));
    }
    end_call();
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
                      static_cast<Number>(malloc_usable_size(list.list)), abi_.name,
                      static_cast<Number>(needed));
            return false;
        }
    }
    return true;
}

// The list that the host made for this frame, or nullptr. One list is for one frame: those that are
// filled belong to others.
TrackedObjList* Context::output_of(TrackedObjBatch& batch, std::uint32_t index,
                                   const HostFrame& frame) {
    TrackedObjList* const begin = batch.list;
    TrackedObjList* const end = begin + batch.num_allocated;
    const auto is_free = [&](const TrackedObjList& one) {
        return one.stream_id == frame.stream && one.num_filled == 0;
    };
    TrackedObjList* found = index < batch.num_allocated ? begin + index : end;
    if (!abi_.lists_are_labelled && found != end) {
        found->stream_id = frame.stream;
        found->frame_num = frame.number;
    } else if (found == end || !is_free(*found)) {
        found = std::find_if(begin, end, is_free);
    }
    if (found != end && found->list != nullptr) {
        return found;
    }
    figures_.refused_frames.add(1);
    std::uint64_t left_out = 0;
    if (log_.is_due(Trouble::list_missing, LogLevel::error, left_out)) {
        write_log(LogLevel::error, {frame.stream, frame.number},
                  "the host gave no output array for this frame; its tracks are not reported "
                  "(%llu more like it)",
                  static_cast<Number>(left_out));
    }
    return nullptr;
}

void Context::take(const HostFrame& frame, TrackedObjList* output) {
    if (!frame.do_tracking) {
        return;
    }
    const auto known = streams_.find(frame.stream);
    if (frame.reset && known != streams_.end()) {
        remove(known);
    }
    const std::uint32_t objects = round_.count_objects(frame);
    Stream* stream = stream_of(frame, frame.objects->detection_done != 0 || objects > 0);
    if (stream == nullptr) {
        return;
    }
    round_.add(frame, *stream->tracker, objects, output);
    stream->last_round = rounds_;
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
    StreamTracker& tracker = tracker_.stream(frame.stream, pad_of(frame.stream));
    try {
        const bool restored = state_ && state_->restore(frame.stream, tracker);
        if (restored && recorder_) {
            recorder_->add_state(frame.stream, tracker);
        }
        if (log_.shows(LogLevel::info)) {
            write_log(LogLevel::info, {frame.stream, frame.number},
                      restored ? "stream goes on from the state file" : "stream begins");
        }
        return &streams_.emplace(frame.stream, Stream{&tracker, 0, 0, 0, 0}).first->second;
    } catch (...) {
        tracker_.remove(frame.stream);  // both tables know a stream, or neither
        throw;
    }
}

// Updates the streams that were taken, then gives out ids in the order of their frames.
void Context::run_round() {
    const std::vector<StreamFrame>& frames = round_.frames();
    if (frames.empty()) {
        return;
    }
    const std::uint64_t last_id = process_id_counter().last();
    tracker_.update_batch(frames.data(), frames.size(), 1);
    round_.report(last_id);
    if (recorder_) {
        recorder_->add_round(round_, last_id);
    }
    if (metrics_) {
        for (const Round::Work& work : round_.works()) {
            count_tracks(streams_.at(work.stream));
        }
    }
    round_.clear();
    ++rounds_;
}

void Context::end_call() {
    figures_.streams.set(streams_.size());
    if (recorder_) {
        recorder_->end_call();
    }
    if (state_) {
        state_->end_call();
    }
}

void Context::count_tracks(Stream& stream) {
    figures_.tentative_tracks.add(0 - stream.tentative);
    figures_.tracked_tracks.add(0 - stream.tracked);
    figures_.lost_tracks.add(0 - stream.lost);
    stream.tentative = stream.tracked = stream.lost = 0;
    for (const Track& track : stream.tracker->tracks()) {
        ++(track.state == TrackState::tentative ? stream.tentative
           : track.state == TrackState::tracked ? stream.tracked
                                                : stream.lost);
    }
    figures_.tentative_tracks.add(stream.tentative);
    figures_.tracked_tracks.add(stream.tracked);
    figures_.lost_tracks.add(stream.lost);
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
                      static_cast<Number>(left_out));
        }
    }
}

Context::Streams::iterator Context::remove(Streams::iterator stream) {
    const std::uint64_t id = stream->first;
    figures_.tentative_tracks.add(0 - stream->second.tentative);
    figures_.tracked_tracks.add(0 - stream->second.tracked);
    figures_.lost_tracks.add(0 - stream->second.lost);
    tracker_.remove(id);
    const auto next = streams_.erase(stream);
    if (recorder_) {
        recorder_->add_removal(id);
    }
    return next;
}

void Context::remove_streams(std::uint64_t stream) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto one = streams_.begin(); one != streams_.end();) {
        one = one->first >> 32 == stream >> 32 ? remove(one) : std::next(one);
    }
    if (state_) {
        state_->forget_pad(stream >> 32);
    }
    end_call();
}

void Context::change(const std::string& yaml) {
    Config said;
    read_yaml(yaml, "the new text", said);
    std::vector<std::string> refused;
    const std::lock_guard<std::mutex> lock(mutex_);
    tracker_.change(changed_config(tracker_.config(), said, refused));
    log_.set_level(tracker_.settings().log_level);
    if (recorder_) {
        recorder_->add_change();
        recorder_->end_call();
    }
    for (const std::string& line : refused) {
        write_log(LogLevel::warning, Place(), "NvMOT_UpdateParams: %s", line.c_str());
    }
}

}  // namespace streamtrack::nvmot
