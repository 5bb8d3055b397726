// NumPy's arrays through its C API, which takes a fraction of the time of the buffer protocol and
// of calls in Python, above all where the caches are cold: far less code runs.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>

namespace streamtrack {

// Types of elements that arrays are made of.
enum class Element { float32, int32, uint64, uint32, uint8 };

// An array of the caller's while it is read: one type, C order, no conversion.
class BorrowedArray {
  public:
    // False where `array` is no NumPy array, has another type than one of `letters` (NumPy's), is
    // not C-contiguous, aligned and in this machine's byte order or has not `dimensions` (1 or 2)
    // dimensions.
    bool take(nanobind::handle array, const char* letters, int dimensions);
    void release() { array_.reset(); }

    const void* data() const { return data_; }
    char letter() const { return letter_; }
    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }  // 1 where there is one dimension

  private:
    nanobind::object array_;
    const void* data_ = nullptr;
    std::size_t rows_ = 0;
    std::size_t columns_ = 1;
    char letter_ = '\0';
};

// An array (rows,), or (rows, columns) where `columns` is not 1, over `data`, which `owner` keeps
// alive.
nanobind::object array_over(void* data, Element element, std::size_t rows, std::size_t columns,
                            nanobind::handle owner);

}  // namespace streamtrack
