// What an update needs for the time of one frame. A thread keeps one and lends it to stream after
// stream, so that nothing is allocated once it has seen its largest frame.
#pragma once

#include <cstdint>
#include <vector>

#include "core/assignment.hpp"
#include "core/frame.hpp"
#include "core/overlaps.hpp"
#include "core/settings.hpp"

namespace streamtrack {

// A rectangle as IoU counts it: inclusive pixels reach one further to the right and below.
inline Rectangle counted(const Rectangle& rectangle, const Settings& settings) {
    const double pixel = settings.iou_pixels == IouPixels::inclusive ? 1 : 0;
    return {rectangle.low, rectangle.high + pixel};
}

class Workspace {
  public:
    // Sorts the frame's detections into the two score bands. They stay where they are.
    void take_detections(const Frame& frame, const Settings& settings);

    const Detection* detections = nullptr;  // those of the frame
    std::vector<Rectangle> rectangles;      // their corners, as IoU counts them

    std::vector<Rectangle> track_rectangles;  // those of the stream's tracks, where they are by now

    // Not matched yet: indices into `detections`, by band, and into the stream's tracks, by kind.
    std::vector<std::uint32_t> high, low;
    std::vector<std::uint32_t> pool, tentative;

    // Tracks with a detection in this frame, and lost ones: no duplicates may be left between them.
    std::vector<std::uint32_t> seen, lost;

    Overlaps overlaps;
    Assignment assignment;
};

}  // namespace streamtrack
