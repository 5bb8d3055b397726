#include "core/motion.hpp"

#include <algorithm>
#include <limits>

namespace streamtrack {
namespace {

float clamp_to_float(double value) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    return static_cast<float>(std::min(std::max(value, -kLargest), kLargest));
}

}  // namespace

Box box_of(const Motion& motion) {
    const double height = std::max(motion.size[0], 0.0);
    const double width = std::max(motion.size[1], 0.0) * height;
    return {clamp_to_float(motion.centre[0] - width / 2),
            clamp_to_float(motion.centre[1] - height / 2), clamp_to_float(width),
            clamp_to_float(height)};
}

}  // namespace streamtrack
