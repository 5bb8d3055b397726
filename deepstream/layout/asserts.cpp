// Holds every structure of this folder to the numbers that were measured on the real headers.
#include <cstddef>

#include "deepstream/layout/deepstream_9_1.hpp"

#define STREAMTRACK_STRUCT(type, size, align)                         \
    static_assert(sizeof(type) == (size) && alignof(type) == (align), \
                  #type " does not have the size of NVIDIA's")
#define STREAMTRACK_FIELD(type, field, offset, size)                                  \
    static_assert(offsetof(type, field) == (offset) && sizeof(type::field) == (size), \
                  #type "::" #field " is not where NVIDIA's header has it")

#include "deepstream/layout/asserts/deepstream_6_0.inc"
#include "deepstream/layout/asserts/deepstream_6_3.inc"
#include "deepstream/layout/asserts/deepstream_6_4.inc"
#include "deepstream/layout/asserts/deepstream_7_0.inc"
#include "deepstream/layout/asserts/deepstream_8_0.inc"
#include "deepstream/layout/asserts/deepstream_9_0.inc"
#include "deepstream/layout/asserts/deepstream_9_1.inc"
#include "deepstream/layout/asserts/every_version.inc"
