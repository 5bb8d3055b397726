// A track: one object over time, and the form in which it is reported.
#pragma once

#include <cstdint>

#include "core/box.hpp"
#include "core/motion.hpp"

namespace streamtrack {

enum class TrackState : std::uint8_t {
    tentative = 0,  // seen once, not yet confirmed
    tracked = 1,    // confirmed and matched in the stream's last frame
    lost = 2,       // confirmed, missed since
};

// One row of a stream's output.
struct TrackedObject {
    std::uint64_t id;              // never 0, never 2^64-1
    Box box;                       // as `box_output` says; predicted where detection_index is -1
    float score;                   // the detection's, smoothed by `score_smoothing`
    std::int32_t class_id;         // the matched detection's
    std::int32_t detection_index;  // row of the frame's detections, -1: no detection in this frame
    std::uint32_t age;             // frames since the track began, 1 in its first frame
    TrackState state;
};

// What a stream knows of one object. Trivially copyable: a snapshot is the bytes of its rows.
struct Track {
    Motion motion;
    double first_seen;  // the stream's clock (in frames) when the track began
    double last_seen;   // ... and when a detection matched it last
    std::uint64_t id;   // 0 until the track is first reported
    Box last_box;       // as reported with its last detection
    float score;        // smoothed
    std::int32_t class_id;
    std::int32_t detection_index;  // of this frame, -1: none
    std::uint32_t age;
    TrackState state;
    bool expired;  // reference preset: outlived the buffer once (see stream_tracker.cpp)
    bool removed;  // marked within an update, dropped at its end
    std::uint8_t reserved;
    std::uint32_t trajectory;  // where Trajectories keeps its past, 0: nowhere
};

}  // namespace streamtrack
