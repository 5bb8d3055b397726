#include "numpy_arrays.hpp"

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

#include <cstring>

#include "bindings.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

int type_number(Element element) {
    switch (element) {
        case Element::float32:
            return NPY_FLOAT32;
        case Element::int32:
            return NPY_INT32;
        case Element::uint64:
            return NPY_UINT64;
        case Element::uint32:
            return NPY_UINT32;
        case Element::uint8:
            return NPY_UINT8;
    }
    return NPY_NOTYPE;
}

}  // namespace

bool BorrowedArray::take(nb::handle given, const char* letters, int dimensions) {
    if (!PyArray_Check(given.ptr())) {
        return false;
    }
    auto* array = reinterpret_cast<PyArrayObject*>(given.ptr());
    const char letter = PyArray_DESCR(array)->type;
    if (PyArray_NDIM(array) != dimensions || !PyArray_ISCARRAY_RO(array) ||
        std::strchr(letters, letter) == nullptr) {
        return false;
    }
    array_ = nb::borrow(given);
    data_ = PyArray_DATA(array);
    rows_ = static_cast<std::size_t>(PyArray_DIM(array, 0));
    columns_ = dimensions == 2 ? static_cast<std::size_t>(PyArray_DIM(array, 1)) : 1;
    letter_ = letter;
    return true;
}

nb::object array_over(void* data, Element element, std::size_t rows, std::size_t columns,
                      nb::handle owner) {
    const npy_intp shape[2] = {static_cast<npy_intp>(rows), static_cast<npy_intp>(columns)};
    PyArray_Descr* dtype = PyArray_DescrFromType(type_number(element));
    nb::object array =
        nb::steal(PyArray_NewFromDescr(&PyArray_Type, dtype, columns == 1 ? 1 : 2, shape, nullptr,
                                       data, NPY_ARRAY_CARRAY, nullptr));
    if (!array.is_valid() || PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(array.ptr()),
                                                   owner.inc_ref().ptr()) != 0) {
        throw nb::python_error();
    }
    return array;
}

void load_numpy() {
    if (PyArray_ImportNumPyAPI() != 0) {
        throw nb::python_error();
    }
}

}  // namespace streamtrack
