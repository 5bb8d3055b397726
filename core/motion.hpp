// The Kalman filter of one track: constant velocity, one step a frame.
//
// ByteTrack's state is centre x, centre y, aspect (width / height), height and their velocities.
// All its matrices are diagonal but for the pairs of position and velocity, so the 8x8 filter is
// four independent filters of two; and those of x, y and height have the same noise, hence the same
// covariance at every step. What is left: four means of two and two covariances of three numbers.
#pragma once

#include "core/box.hpp"

namespace streamtrack {

struct Covariance {
    double position;
    double cross;  // of position and velocity
    double velocity;
};

struct Motion {
    double x, y, aspect, height;
    double x_velocity, y_velocity, aspect_velocity, height_velocity;
    Covariance geometry;  // of x, y and height alike
    Covariance shape;     // of the aspect
};

// A new track's state: at the box, at rest.
Motion start_motion(const Box& box);

// Moves the state `steps` frames on (1 is ByteTrack's; fractions follow real time).
void predict(Motion& motion, double steps);

// Draws the state towards a matched box.
void correct(Motion& motion, const Box& box);

// The state's box as it is reported: at least 0 wide and high, since something that grew smaller
// fast may be predicted to be less than nothing, and within what a float holds.
Box box_of(const Motion& motion);
Rectangle rectangle_of(const Motion& motion);
Rectangle rectangle_of(const Box& box);

}  // namespace streamtrack
