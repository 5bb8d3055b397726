// The Kalman filter of one track: constant velocity, one step a frame.
//
// ByteTrack's state is centre x, centre y, aspect (width / height), height and their velocities.
// All its matrices are diagonal but for the pairs of position and velocity, so the 8x8 filter is
// four independent filters of two; and those of x, y and height have the same noise, hence the same
// covariance at every step. What is left: four means of two and two covariances of three numbers.
// They lie in pairs, because every processor of the project computes two doubles at a time.
#pragma once

#include <cmath>

#include "core/box.hpp"
#include "core/rectangle.hpp"

namespace streamtrack {

struct Motion {
    Pair centre;  // x, y
    Pair size;    // height, aspect
    Pair centre_velocity;
    Pair size_velocity;
    // The covariance of position and velocity: lane 0 of x, y and height alike, lane 1 of aspect.
    Pair position_variance;
    Pair cross_variance;
    Pair velocity_variance;
};

// `frames` steps of one frame at once, in closed form (fractions follow real time).
struct Step {
    double frames;
    double pairs;    // 0 + 1 + ... + (frames - 1)
    double squares;  // 0 + 1 + ... + (frames - 1)^2
};

// Standard deviations, as shares of the height and, for the aspect, absolute.
struct Noise {
    static constexpr double kPosition = 1.0 / 20;
    static constexpr double kVelocity = 1.0 / 160;
    static constexpr double kAspect = 1e-2;
    static constexpr double kAspectVelocity = 1e-5;
    static constexpr double kAspectMeasured = 1e-1;
    // A height of 0 would mean a filter without any noise, which divides 0 by 0.
    static constexpr double kSmallestHeight = 1e-9;
    static constexpr double kRounding = 1e-15;

    static Pair squared(double share, double height, double aspect) {
        const double size = std::fabs(height);
        const double deviation = share * (size < kSmallestHeight ? kSmallestHeight : size);
        return Pair{deviation * deviation, aspect * aspect};
    }
};

inline Step step_of(double frames) {
    const double pairs = frames * (frames - 1) / 2;
    return {frames, pairs, pairs * (2 * frames - 1) / 3};
}

inline Pair centre_of(const Box& box) {
    return Pair{double{box.left}, double{box.top}} +
           Pair{double{box.width}, double{box.height}} / 2.0;
}

inline Pair size_of(const Box& box) {
    return Pair{double{box.height}, double{box.width} / double{box.height}};
}

// A new track's state: at the box, at rest.
inline Motion start_motion(const Box& box) {
    Motion motion{};
    motion.centre = centre_of(box);
    motion.size = size_of(box);
    const double height = motion.size[0];
    motion.position_variance = Noise::squared(2 * Noise::kPosition, height, Noise::kAspect);
    motion.velocity_variance =
        Noise::squared(10 * Noise::kVelocity, height, Noise::kAspectVelocity);
    return motion;
}

// A lost object's height stays as it is.
inline void keep_height(Motion& motion) {
    motion.size_velocity = Pair{0, motion.size_velocity[1]};  // both lanes: half a store is slow
}

// Moves the state on: means by their velocity, the covariance to F P F' + Q.
inline void predict(Motion& motion, const Step& step) {
    const double height = motion.size[0];
    const Pair position_noise = Noise::squared(Noise::kPosition, height, Noise::kAspect);
    const Pair velocity_noise = Noise::squared(Noise::kVelocity, height, Noise::kAspectVelocity);
    motion.position_variance += 2 * step.frames * motion.cross_variance +
                                step.frames * step.frames * motion.velocity_variance +
                                step.frames * position_noise + step.squares * velocity_noise;
    motion.cross_variance += step.frames * motion.velocity_variance + step.pairs * velocity_noise;
    motion.velocity_variance += step.frames * velocity_noise;
    motion.centre += step.frames * motion.centre_velocity;
    motion.size += step.frames * motion.size_velocity;
}

// Draws the state towards a matched box.
inline void correct(Motion& motion, const Box& box) {
    const Pair noise = Noise::squared(Noise::kPosition, motion.size[0], Noise::kAspectMeasured);
    const Pair spread = motion.position_variance + noise;
    const Pair position_gain = motion.position_variance / spread;
    const Pair velocity_gain = motion.cross_variance / spread;
    const Pair left = noise / spread;  // 1 - position_gain, without cancellation
    // Where position says all about velocity the difference is but rounding errors: what is certain
    // to be left keeps the covariance positive definite.
    const Pair least = motion.velocity_variance * (left + Noise::kRounding);
    motion.velocity_variance =
        larger(motion.velocity_variance - velocity_gain * motion.cross_variance, least);
    motion.cross_variance *= left;
    motion.position_variance *= left;
    const Pair centre_innovation = centre_of(box) - motion.centre;
    const Pair size_innovation = size_of(box) - motion.size;
    motion.centre += position_gain[0] * centre_innovation;
    motion.centre_velocity += velocity_gain[0] * centre_innovation;
    motion.size += position_gain * size_innovation;
    motion.size_velocity += velocity_gain * size_innovation;
}

inline Rectangle rectangle_of(const Motion& motion) {
    const Pair extent = Pair{motion.size[1], 1.0} * motion.size[0];
    const Pair first = motion.centre - extent / 2.0;
    return {first, first + extent};
}

inline Rectangle rectangle_of(const Box& box) {
    const Pair low{double{box.left}, double{box.top}};
    return {low, low + Pair{double{box.width}, double{box.height}}};
}

// The state's box as it is reported: at least 0 wide and high, since something that grew smaller
// fast may be predicted to be less than nothing, and within what a float holds.
Box box_of(const Motion& motion);

// Whether the state is one that frames can lead to and that can go on for ever: no value that is or
// may soon become infinite, and covariances that are positive definite.
bool is_sound(const Motion& motion);

}  // namespace streamtrack
