// One frame of one stream, as a door hands it to the core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/box.hpp"

namespace streamtrack {

struct Frame {
    const Detection* detections = nullptr;  // each has passed what_is_wrong()
    std::size_t detection_count = 0;
    bool detected = true;  // false: the detector skipped this frame; no miss is counted
    double timestamp = std::numeric_limits<double>::quiet_NaN();  // seconds; NaN: unknown
    std::int64_t number = -1;  // the host's frame number, used where timestamps lack; -1: unknown
};

}  // namespace streamtrack
