#include "deepstream/round.hpp"

#include <algorithm>

namespace streamtrack::nvmot {
namespace {

using Number = unsigned long long;  // what %llu takes

constexpr std::size_t kMostReserved = 1 << 18;

bool has_detection(const TrackedObject& object) { return object.detection_index >= 0; }

}  // namespace

Round::Round(const Abi& abi, Log& log, Figures& figures, std::size_t streams, std::size_t objects)
    : abi_(abi), log_(log), figures_(figures) {
    works_.reserve(streams);
    frames_.reserve(streams);
    const std::size_t rows = std::min(streams * objects, kMostReserved);
    detections_.reserve(rows);
    origins_.reserve(rows);
}

void Round::clear() {
    works_.clear();
    frames_.clear();
    detections_.clear();
    origins_.clear();
}

std::uint32_t Round::count_objects(const HostFrame& frame) {
    const ObjToTrackList& objects = *frame.objects;
    if (objects.list == nullptr || objects.num_filled == 0) {
        return 0;
    }
    const std::uint32_t count = std::min(objects.num_filled, objects.num_allocated);
    figures_.surplus_objects.add(objects.num_filled - count);
    std::uint64_t left_out = 0;
    if (objects.num_filled >= objects.num_allocated &&
        log_.is_due(Trouble::input_full, LogLevel::warning, left_out)) {
        write_log(LogLevel::warning, {frame.stream, frame.number},
                  "all %u places for detections are taken; DeepStream drops what is beyond. Raise "
                  "max_targets_per_stream, or the detector's threshold (%llu more like it)",
                  objects.num_allocated, static_cast<Number>(left_out));
    }
    return count;
}

void Round::add(const HostFrame& frame, StreamTracker& tracker, std::uint32_t object_count,
                TrackedObjList* output) {
    Work work{};
    work.stream = frame.stream;
    work.number = frame.number;
    work.source_width = frame.source_width;
    work.source_height = frame.source_height;
    work.objects = frame.objects;
    work.output = output;
    work.first_detection = detections_.size();
    work.begins = tracker.frames() == 0;
    work.ids_before = tracker.ids_given();
    work.has_prefix = tracker.id_prefix() != 0;
    for (std::uint32_t row = 0; row < object_count; ++row) {
        const ObjToTrack& object = frame.objects->list[row];
        if (object.do_tracking == 0) {
            continue;
        }
        const Rect& box = object.bbox;
        const Detection detection{{box.x, box.y, box.width, box.height},
                                  object.confidence,
                                  std::int32_t{object.class_id}};
        if (const char* wrong = what_is_wrong(detection)) {
            drop(frame, row, wrong);
            ++work.dropped;
            continue;
        }
        detections_.push_back(detection);
        origins_.push_back(row);
    }
    // A probe may add objects to a frame that the detector skipped.
    const bool detected = frame.objects->detection_done != 0 || object_count > 0;
    const std::size_t count = detections_.size() - work.first_detection;
    figures_.detections.add(count);
    (detected ? figures_.frames : figures_.skipped_frames).add(1);
    works_.push_back(work);
    frames_.push_back(
        {&tracker, {nullptr, count, detected, frame.timestamp, std::int64_t{frame.number}}});
}

void Round::drop(const HostFrame& frame, std::uint32_t row, const char* wrong) {
    figures_.bad_objects.add(1);
    std::uint64_t left_out = 0;
    if (!log_.is_due(Trouble::bad_object, LogLevel::warning, left_out)) {
        return;
    }
    const ObjToTrack& object = frame.objects->list[row];
    const auto number = [](float value) { return static_cast<double>(value); };
    write_log(LogLevel::warning, {frame.stream, frame.number},
              "object %u dropped: %s, got box %g %g %g %g score %g class %u; mend the detector's "
              "output parser (%llu more like it)",
              row, wrong, number(object.bbox.x), number(object.bbox.y), number(object.bbox.width),
              number(object.bbox.height), number(object.confidence), object.class_id,
              static_cast<Number>(left_out));
}

const std::vector<StreamFrame>& Round::frames() {
    for (std::size_t k = 0; k < works_.size(); ++k) {
        frames_[k].frame.detections = detections_.data() + works_[k].first_detection;
    }
    return frames_;
}

void Round::report(std::uint64_t last_id) {
    for (std::size_t k = 0; k < works_.size(); ++k) {
        count_ids(works_[k], *frames_[k].tracker, last_id);
        if (works_[k].output != nullptr) {
            write_report(works_[k], *frames_[k].tracker);
        }
    }
}

void Round::count_ids(const Work& work, const StreamTracker& tracker, std::uint64_t last_id) {
    if (tracker.settings().id_mode == IdMode::unique) {
        figures_.ids_issued.add(tracker.ids_given() - work.ids_before);
        return;
    }
    const std::vector<TrackedObject>& objects = tracker.objects();
    const auto is_new = [&](const TrackedObject& object) { return object.id > last_id; };
    figures_.ids_issued.add(
        static_cast<std::uint64_t>(std::count_if(objects.begin(), objects.end(), is_new)));
}

void Round::write_report(Work& work, const StreamTracker& tracker) {
    TrackedObjList& output = *work.output;
    const std::vector<TrackedObject>& objects = tracker.objects();
    const auto write = [&](const TrackedObject& object) {
        ObjToTrack* origin = nullptr;
        if (has_detection(object)) {
            const auto index = static_cast<std::size_t>(object.detection_index);
            origin = work.objects->list + origins_[work.first_detection + index];
        }
        abi_.write_object(output.list, output.num_filled++, object, origin);
    };
    if (objects.size() <= output.num_allocated) {
        std::for_each(objects.begin(), objects.end(), write);
        return;
    }
    // Those with a detection go first: the host removes objects that come back without a track.
    for (const bool wanted : {true, false}) {
        for (const TrackedObject& object : objects) {
            if (has_detection(object) == wanted && output.num_filled < output.num_allocated) {
                write(object);
            }
        }
    }
    work.cut = true;
    figures_.unreported_tracks.add(objects.size() - output.num_allocated);
    std::uint64_t left_out = 0;
    if (log_.is_due(Trouble::output_full, LogLevel::warning, left_out)) {
        write_log(LogLevel::warning, {work.stream, work.number},
                  "%zu tracks for %u places; the rest is not reported. Raise "
                  "max_targets_per_stream (%llu more like it)",
                  objects.size(), output.num_allocated, static_cast<Number>(left_out));
    }
}

}  // namespace streamtrack::nvmot
