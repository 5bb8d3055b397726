#include "core/motion.hpp"

#include <algorithm>
#include <limits>

namespace streamtrack {
namespace {

// Lane 0 or 1 of a covariance.
bool is_sound(double position, double cross, double velocity) {
    constexpr double kLargest = 1e200;
    constexpr double kRounding = 1e-9;  // a jump of the clock may leave them all but proportional
    return position > 0 && position < kLargest && velocity > 0 && velocity < kLargest &&
           cross * cross <= position * velocity * (1 + kRounding);
}

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

bool is_sound(const Motion& motion) {
    constexpr double kLargest = 1e100;  // boxes are floats: far below
    for (int lane = 0; lane < 2; ++lane) {
        for (const double mean : {motion.centre[lane], motion.size[lane],
                                  motion.centre_velocity[lane], motion.size_velocity[lane]}) {
            if (!(std::fabs(mean) < kLargest)) {
                return false;
            }
        }
        if (!is_sound(motion.position_variance[lane], motion.cross_variance[lane],
                      motion.velocity_variance[lane])) {
            return false;
        }
    }
    return true;
}

}  // namespace streamtrack
