// Rectangles in double precision with their corners, the form in which boxes are compared.
//
// Functions here are static: one file is compiled for AVX2, and the linker must not hand its copies
// to the others.
#pragma once

#include <cstdint>

namespace streamtrack {

// Two doubles, such as x and y. Compilers map arithmetic on it to SSE2 or NEON, which every
// processor of the project has; each lane is rounded as a double alone would be.
using Pair = double __attribute__((vector_size(16)));

static inline Pair smaller(Pair a, Pair b) { return a < b ? a : b; }
static inline Pair larger(Pair a, Pair b) { return a > b ? a : b; }

struct Rectangle {
    Pair low;   // left, top
    Pair high;  // right, bottom
};

static inline double area_of(const Rectangle& rectangle) {
    const Pair extent = rectangle.high - rectangle.low;
    return extent[0] * extent[1];
}

static inline Pair centre_of(const Rectangle& rectangle) {
    return (rectangle.low + rectangle.high) * .5;
}

}  // namespace streamtrack
