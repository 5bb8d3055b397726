// One frame's arrays, checked and brought into the core's form in one pass.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <string>
#include <vector>

#include "core/frame.hpp"
#include "numpy_arrays.hpp"
#include "tracks.hpp"

namespace streamtrack {

// Gives borrowed arrays back at the end of a call, however it ends.
template <class Borrower>
class Loan {
  public:
    explicit Loan(Borrower& borrower) : borrower_(borrower) {}
    ~Loan() { borrower_.release(); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

  private:
    Borrower& borrower_;
};

// Python's truth of a value, and seconds of one (None: unknown, NaN).
bool truth_of(nanobind::handle value);
double seconds_of(nanobind::handle value);

// Holds the arrays of one frame while they are read, and what was read. Reused from call to call,
// so that steady work allocates nothing.
class FrameInput {
  public:
    // Takes float32 boxes (N, 4), float32 scores (N,) and classes (N,) of int32 or int64 or None.
    // Anything else is handed to `convert`, a Python function that gives back such arrays or
    // raises.
    void borrow(nanobind::handle boxes, nanobind::handle scores, nanobind::handle classes,
                const nanobind::object& convert);
    // The frame of a detector that said nothing.
    void borrow_nothing() { rows_ = 0; }

    // Checks every row of what was borrowed, on any thread and without Python. Throws
    // std::invalid_argument that names row, rule, value and fix.
    void read(BoxFormat format);

    std::size_t rows() const { return rows_; }

    // What was read, as the core takes it; valid until the next read. Throws std::invalid_argument
    // where `detected` is false in spite of boxes, or the timestamp is infinite.
    Frame frame(bool detected, double timestamp) const;
    // The boxes as they were given.
    const float* boxes() const { return static_cast<const float*>(boxes_.data()); }

    // Gives the arrays back: see Loan.
    void release();

  private:
    bool take(nanobind::handle boxes, nanobind::handle scores, nanobind::handle classes);
    void read_classes();

    BorrowedArray boxes_;
    BorrowedArray scores_;
    BorrowedArray classes_;
    bool has_classes_ = false;
    std::size_t rows_ = 0;
    nanobind::object converted_;  // keeps what `convert` gave alive
    std::vector<Detection> detections_;
};

}  // namespace streamtrack
