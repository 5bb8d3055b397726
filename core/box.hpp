// Boxes and detections, as every door of the project hands them to the core.
#pragma once

#include <cstdint>

namespace streamtrack {

// Left, top, width and height in pixels (x right, y down), the order of NvMOT and of MOT text.
struct Box {
    float left;
    float top;
    float width;
    float height;
};

// What a detector said: a box, its score and its class.
struct Detection {
    Box box;
    float score;  // in [0, 1]; below 0 means unknown and counts as high
    std::int32_t class_id;
};

// Why the core cannot take this detection, as a static text that begins with the field's name, or
// nullptr. Doors call it first: Python raises an error, the DeepStream library logs and drops.
const char* what_is_wrong(const Detection& detection);

}  // namespace streamtrack
