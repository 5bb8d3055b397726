// One frame each of several streams, as Python gives them.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <string>

#include "core/stream_tracker.hpp"
#include "frame_input.hpp"
#include "tracks.hpp"

namespace streamtrack {

// The arguments of MultiStreamTracker.update_batch, and what comes of them. Reused from call to
// call, so that steady work allocates little, and the streams of a batch like the last are at hand.
class FrameBatch {
  public:
    struct Entry {
        nanobind::object key;  // as given: a text or a number; stays for the next batch
        std::string wrong;
        std::string name;
        StreamTracker* tracker = nullptr;  // the stream of the name, once it was asked for
        FrameInput input;
        bool saw;
        double timestamp;
        TrackColumns result;
    };

    // `frames`: a dict from a stream's name to (boxes, scores[, classes]), or to None where the
    // detector skipped the frame. `detected`: a bool, or a dict from name to bool. `timestamps`:
    // None, seconds, or a dict from name to seconds. Throws ValueError and TypeError that name the
    // stream.
    void borrow(nanobind::dict frames, nanobind::handle detected, nanobind::handle timestamps,
                const nanobind::object& convert);
    // Reads an entry's arrays into a frame, on any thread and without Python. What is wrong with
    // them is kept for check().
    Frame read(std::size_t i, BoxFormat format);
    // Throws std::invalid_argument for the first entry that had something wrong.
    void check() const;

    std::size_t size() const { return size_; }
    Entry& operator[](std::size_t i) { return entries_[i]; }
    // Rows of all frames.
    std::size_t rows() const { return rows_; }
    // Whether an entry's tracker is not known yet.
    bool has_unknown() const { return unknown_ != 0; }
    // From the keys to the results, as Python has them.
    nanobind::dict results();

    // Streams were removed.
    void forget_streams();

    // Gives the arrays back: see Loan.
    void release();

  private:
    Entry& add(nanobind::handle key);
    void check_names() const;

    std::deque<Entry> entries_;  // those beyond size_ wait for a larger batch
    std::size_t size_ = 0;
    std::size_t rows_ = 0;
    std::size_t unknown_ = 0;
    std::atomic<bool> any_wrong_{false};
};

// The name of a stream: a text, or a whole number's digits.
std::string stream_name(nanobind::handle key);

}  // namespace streamtrack
