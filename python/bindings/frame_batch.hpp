// One frame each of several streams, as Python gives them.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <deque>
#include <string>

#include "frame_input.hpp"

namespace streamtrack {

// Reads the arguments of MultiStreamTracker.update_batch and checks all before anything changes.
// Reused from call to call, so that steady work allocates little.
class FrameBatch {
  public:
    struct Entry {
        nanobind::object key;  // as given: a text or a number
        std::string name;
        FrameInput input;
        Frame frame;
    };

    // `frames`: a dict from a stream's name to (boxes, scores[, classes]), or to None where the
    // detector skipped the frame. `detected`: a bool, or a dict from name to bool. `timestamps`:
    // None, seconds, or a dict from name to seconds. Throws ValueError and TypeError that name the
    // stream.
    void read(nanobind::dict frames, nanobind::handle detected, nanobind::handle timestamps,
              BoxFormat format, const nanobind::object& convert);

    std::size_t size() const { return size_; }
    const Entry& operator[](std::size_t i) const { return entries_[i]; }

    // Gives the arrays back: see Loan.
    void release();

  private:
    Entry& add(nanobind::handle key);
    void check_names() const;

    std::deque<Entry> entries_;  // those beyond size_ wait for a larger batch
    std::size_t size_ = 0;
};

// The name of a stream: a text, or a whole number's digits.
std::string stream_name(nanobind::handle key);

}  // namespace streamtrack
