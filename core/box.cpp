#include "core/box.hpp"

#include <cmath>

namespace streamtrack {

const char* what_is_wrong(const Detection& detection) {
    const Box& box = detection.box;
    if (!(std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.width) &&
          std::isfinite(box.height))) {
        return "box must be finite";
    }
    if (!(box.width > 0 && box.height > 0)) {
        return "box must be wider and higher than 0";
    }
    if (!(detection.score <= 1) || std::isinf(detection.score)) {
        return "score must be in [0, 1], or below 0 for unknown";
    }
    return nullptr;
}

}  // namespace streamtrack
