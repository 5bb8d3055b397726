// A NumPy array as the bindings take it: one type, C order, no conversion.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstring>

namespace streamtrack {

// Borrows an array's memory through Python's buffer protocol (a fifth of DLPack's time) and gives
// it back at the end.
class Buffer {
  public:
    Buffer() = default;
    ~Buffer() { release(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    // False where `array` has another type than one of `formats` (struct module's letters), is not
    // C-contiguous or has not `dimensions` dimensions; no Python error is left behind.
    bool take(PyObject* array, const char* formats, int dimensions) {
        release();
        if (PyObject_GetBuffer(array, &view_, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) != 0) {
            PyErr_Clear();
            return false;
        }
        held_ = true;
        const char* format = view_.format;
        return view_.ndim == dimensions && format[0] != '\0' && format[1] == '\0' &&
               std::strchr(formats, format[0]) != nullptr;
    }

    void release() {
        if (held_) {
            PyBuffer_Release(&view_);
        }
        held_ = false;
    }

    const void* data() const { return view_.buf; }
    char format() const { return view_.format[0]; }
    std::size_t rows() const { return static_cast<std::size_t>(view_.shape[0]); }
    std::size_t columns() const { return static_cast<std::size_t>(view_.shape[1]); }

  private:
    Py_buffer view_{};
    bool held_ = false;
};

}  // namespace streamtrack
