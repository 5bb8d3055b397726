// ByteTrack for one stream: the per-frame update, as the paper has it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/ids.hpp"
#include "core/settings.hpp"
#include "core/track.hpp"

namespace streamtrack {

class Workspace;

// One frame of one stream. Detections have passed what_is_wrong().
struct Frame {
    const Detection* detections = nullptr;
    std::size_t detection_count = 0;
    bool detected = true;  // false: the detector skipped this frame; no miss is counted
    double timestamp = std::numeric_limits<double>::quiet_NaN();  // seconds; NaN: unknown
    std::int64_t number = -1;  // the host's frame number, -1: unknown; used where timestamps lack
};

class StreamTracker {
  public:
    explicit StreamTracker(Settings settings);

    // Everything but the ids: streams may be updated at the same time, each with a workspace.
    void update(const Frame& frame, Workspace& workspace);
    // Gives ids to the tracks that are reported for the first time and returns the report, sorted
    // by id. The order of these calls is the order of the ids.
    const std::vector<TrackedObject>& report();

    // New thresholds for the tracks as they are (NvMOT_UpdateParams).
    void change(Settings settings);

    const Settings& settings() const { return settings_; }
    const std::vector<Track>& tracks() const { return tracks_; }  // live ones, in order of birth
    const std::vector<TrackedObject>& objects() const { return objects_; }  // the last report
    std::uint64_t frames() const { return frames_; }  // frames seen, skipped ones included

    // The whole state but the settings, as bytes; `restore` throws std::invalid_argument for bytes
    // that are not a snapshot of this version and then changes nothing.
    void snapshot(std::vector<std::uint8_t>& bytes) const;
    void restore(const std::uint8_t* bytes, std::size_t size);

  private:
    // (details in stream_tracker.cpp)
    Settings settings_;
    std::vector<Track> tracks_;
    std::vector<TrackedObject> objects_;
    double clock_ = 0;  // detected frames so far, or time in frames
    std::uint64_t frames_ = 0;
};

}  // namespace streamtrack
