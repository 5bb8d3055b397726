#include "core/motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace streamtrack {
namespace {

// Standard deviations, as shares of the height ...
constexpr double kPositionShare = 1.0 / 20;
constexpr double kVelocityShare = 1.0 / 160;
// ... and absolute ones for the aspect ratio.
constexpr double kAspect = 1e-2;
constexpr double kAspectVelocity = 1e-5;
constexpr double kAspectMeasured = 1e-1;

// A height of 0 would mean a filter without any noise, which divides 0 by 0.
constexpr double kSmallestHeight = 1e-9;

double squared(double value) { return value * value; }

double share_of_height(double share, double height) {
    return squared(share * std::max(std::fabs(height), kSmallestHeight));
}

// F P F' + Q for `steps` frames: s single steps with constant noise, in closed form.
void widen(Covariance& p, double steps, double position_noise, double velocity_noise) {
    const double pairs = steps * (steps - 1) / 2;        // 0 + 1 + ... + (s - 1)
    const double squares = pairs * (2 * steps - 1) / 3;  // 0 + 1 + ... + (s - 1)^2
    p.position += 2 * steps * p.cross + steps * steps * p.velocity + steps * position_noise +
                  squares * velocity_noise;
    p.cross += steps * p.velocity + pairs * velocity_noise;
    p.velocity += steps * velocity_noise;
}

struct Gain {
    double position;
    double velocity;
};

// The Kalman gain for a measured position, and the covariance after it.
Gain narrow(Covariance& p, double measurement_noise) {
    const double spread = p.position + measurement_noise;
    const Gain gain{p.position / spread, p.cross / spread};
    const double left = measurement_noise / spread;  // 1 - gain.position, without cancellation
    p.velocity -= gain.velocity * p.cross;
    p.cross *= left;
    p.position *= left;
    return gain;
}

void draw(double& position, double& velocity, double measured, const Gain& gain) {
    const double innovation = measured - position;
    position += gain.position * innovation;
    velocity += gain.velocity * innovation;
}

float clamp_to_float(double value) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    return static_cast<float>(std::min(std::max(value, -kLargest), kLargest));
}

}  // namespace

Motion start_motion(const Box& box) {
    Motion motion{};
    motion.x = box.left + double{box.width} / 2;
    motion.y = box.top + double{box.height} / 2;
    motion.aspect = double{box.width} / box.height;
    motion.height = box.height;
    motion.geometry = {share_of_height(2 * kPositionShare, motion.height), 0,
                       share_of_height(10 * kVelocityShare, motion.height)};
    motion.shape = {squared(kAspect), 0, squared(kAspectVelocity)};
    return motion;
}

void predict(Motion& motion, double steps) {
    widen(motion.geometry, steps, share_of_height(kPositionShare, motion.height),
          share_of_height(kVelocityShare, motion.height));
    widen(motion.shape, steps, squared(kAspect), squared(kAspectVelocity));
    motion.x += steps * motion.x_velocity;
    motion.y += steps * motion.y_velocity;
    motion.aspect += steps * motion.aspect_velocity;
    motion.height += steps * motion.height_velocity;
}

void correct(Motion& motion, const Box& box) {
    const Gain gain = narrow(motion.geometry, share_of_height(kPositionShare, motion.height));
    const Gain shape_gain = narrow(motion.shape, squared(kAspectMeasured));
    draw(motion.x, motion.x_velocity, box.left + double{box.width} / 2, gain);
    draw(motion.y, motion.y_velocity, box.top + double{box.height} / 2, gain);
    draw(motion.aspect, motion.aspect_velocity, double{box.width} / box.height, shape_gain);
    draw(motion.height, motion.height_velocity, box.height, gain);
}

Box box_of(const Motion& motion) {
    const double height = std::max(motion.height, 0.0);
    const double width = std::max(motion.aspect, 0.0) * height;
    return {clamp_to_float(motion.x - width / 2), clamp_to_float(motion.y - height / 2),
            clamp_to_float(width), clamp_to_float(height)};
}

Rectangle rectangle_of(const Motion& motion) {
    const double width = motion.aspect * motion.height;
    const double left = motion.x - width / 2;
    const double top = motion.y - motion.height / 2;
    return {left, top, left + width, top + motion.height};
}

Rectangle rectangle_of(const Box& box) {
    return {box.left, box.top, double{box.left} + box.width, double{box.top} + box.height};
}

}  // namespace streamtrack
