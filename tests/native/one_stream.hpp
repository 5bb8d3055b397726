// One stream, played frame by frame, for the core's tests.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "core/stream_tracker.hpp"

namespace streamtrack {

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kNoNumber = -1;

// One stream of people who stand or walk.
struct Stream {
    explicit Stream(const Settings& settings) : tracker(settings) {}

    const std::vector<TrackedObject>& play(const std::vector<Detection>& detections,
                                           double timestamp = kNever,
                                           std::int64_t number = kNoNumber, bool detected = true) {
        Frame frame;
        frame.detections = detections.data();
        frame.detection_count = detections.size();
        frame.timestamp = timestamp;
        frame.number = number;
        frame.detected = detected;
        tracker.update(frame, work);
        return tracker.report();
    }

    StreamTracker tracker;
    Workspace work;
};

inline Detection person(float left, float score = .9F, std::int32_t class_id = 0) {
    return {{left, 100, 40, 80}, score, class_id};
}

inline Settings with(const std::vector<std::pair<const char*, const char*>>& values) {
    Config config;
    for (const auto& one : values) {
        config.set(Layer::file, "", one.first, one.second);
    }
    return config.resolve();
}

}  // namespace streamtrack
