// The result of one frame as Python holds it.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/track.hpp"

namespace streamtrack {

// How boxes stand in the arrays at Python's door; the core itself has left, top, width, height.
enum class BoxFormat { xyxy, ltwh };

// Columns of one frame's tracks in one block of memory, without Python.
class TrackColumns {
  public:
    enum Column { ids, boxes, scores, classes, detection_index, ages, states, column_count };

    TrackColumns() = default;
    // Room for `rows` tracks, not yet filled.
    explicit TrackColumns(std::size_t rows);
    // What a stream reports. Where `own_boxes`, a box that a detection matched is copied from
    // `given`, so that the very bits that were given come back.
    TrackColumns(const std::vector<TrackedObject>& objects, const float* given, BoxFormat format,
                 bool own_boxes);

    std::size_t rows() const { return rows_; }
    std::size_t bytes() const;
    char* memory() const { return memory_.get(); }
    std::size_t offset(Column column) const;
    // Leaves the memory to the caller, who deletes it.
    void release() { static_cast<void>(memory_.release()); }

  private:
    template <typename T>
    T* data(Column column) {
        return reinterpret_cast<T*>(memory_.get() + offset(column));
    }

    std::size_t rows_ = 0;
    std::unique_ptr<char[]> memory_;
};

// The same in Python. NumPy arrays are made when they are asked for: each costs as much as tracking
// a person or two.
class Tracks {
  public:
    explicit Tracks(TrackColumns columns)
        : columns_(std::move(columns)), memory_(columns_.memory()) {}
    // A copy of `bytes`, which must be the memory of as many rows.
    Tracks(std::size_t rows, nanobind::bytes bytes);

    std::size_t size() const { return columns_.rows(); }
    nanobind::object array(TrackColumns::Column column);
    nanobind::bytes bytes() const;

  private:
    TrackColumns columns_;
    char* memory_;
    nanobind::object owner_;  // of the memory, once there are arrays, which may outlive the Tracks
    nanobind::object arrays_[TrackColumns::column_count];
};

// A Python Tracks of these columns.
nanobind::object make_tracks(TrackColumns columns);

}  // namespace streamtrack
