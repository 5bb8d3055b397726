// The frames that are tracked together, at most one of a stream: read from the host's arrays,
// handed to the tracker, and its report written back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "deepstream/abi.hpp"
#include "deepstream/figures.hpp"
#include "deepstream/log.hpp"

namespace streamtrack::nvmot {

class Round {
  public:
    // Room for `streams` frames of `objects` objects is reserved; larger rounds grow it once.
    Round(const Abi& abi, Log& log, Figures& figures, std::size_t streams, std::size_t objects);

    // The objects of a frame that can be read.
    std::uint32_t count_objects(const HostFrame& frame);

    // A frame of `tracker`'s stream; `output` may be nullptr. Objects that no tracker can take are
    // dropped, counted and logged.
    void add(const HostFrame& frame, StreamTracker& tracker, std::uint32_t object_count,
             TrackedObjList* output);

    // What MultiStreamTracker::update_batch takes.
    const std::vector<StreamFrame>& frames();

    // The same, behind update_batch.
    const std::vector<StreamFrame>& updated() const { return frames_; }

    // Writes what the trackers report into the host's arrays. `last_id` is the last sequential id
    // given out before the round.
    void report(std::uint64_t last_id);

    void clear();

    // What a recorder wants to know of a frame.
    struct Work {
        std::uint64_t stream;
        std::uint32_t number;
        std::uint32_t source_width, source_height;
        const ObjToTrackList* objects;
        TrackedObjList* output;
        std::size_t first_detection;
        std::uint32_t ids_before;  // `id_mode: unique`: given to the stream before this frame
        std::uint32_t dropped;     // objects that no tracker can take
        bool begins;               // the stream's first frame
        bool has_prefix;           // the stream's ids had their upper half before this frame
        bool cut;                  // the output had no room for all tracks
    };
    const std::vector<Work>& works() const { return works_; }

  private:
    void drop(const HostFrame& frame, std::uint32_t row, const char* wrong);
    void count_ids(const Work& work, const StreamTracker& tracker, std::uint64_t last_id);
    void write_report(Work& work, const StreamTracker& tracker);

    const Abi& abi_;
    Log& log_;
    Figures& figures_;
    std::vector<Work> works_;
    std::vector<StreamFrame> frames_;
    std::vector<Detection> detections_;
    std::vector<std::uint32_t> origins_;  // of each detection: its row in the host's list
};

}  // namespace streamtrack::nvmot
