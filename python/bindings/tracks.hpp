// The result of one frame as Python holds it.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/track.hpp"

namespace streamtrack {

// Columns of one frame's tracks in one block of memory. NumPy arrays are made when they are asked
// for: each costs as much as tracking a person or two.
class Tracks {
  public:
    enum Column { ids, boxes, scores, classes, detection_index, ages, states, column_count };

    // Room for `rows` tracks, not yet filled.
    explicit Tracks(std::size_t rows);
    // A copy of `bytes`, which must be the memory of as many rows.
    Tracks(std::size_t rows, nanobind::bytes bytes);

    std::size_t size() const { return rows_; }
    nanobind::object array(Column column);
    nanobind::bytes bytes() const;

    template <typename T>
    T* data(Column column) {
        return reinterpret_cast<T*>(memory() + offset(column));
    }

  private:
    std::size_t offset(Column column) const;
    char* memory() const;

    std::size_t rows_;
    nanobind::object memory_;  // a bytearray: the arrays keep it alive, not the Tracks
    nanobind::object arrays_[column_count];
};

// How boxes stand in the arrays at Python's door; the core itself has left, top, width, height.
enum class BoxFormat { xyxy, ltwh };

// A Python Tracks of what a stream reports. Where `own_boxes`, a box that a detection matched is
// copied from `given`, so that the very bits that were given come back.
nanobind::object make_tracks(const std::vector<TrackedObject>& objects, const float* given,
                             BoxFormat format, bool own_boxes);

}  // namespace streamtrack
