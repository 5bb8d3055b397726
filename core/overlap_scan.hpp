// The innermost loops of matching, several columns at a time. They are compiled once for every
// instruction set; the answer does not depend on which of them runs, since comparisons have no
// rounding and arithmetic is done in the same order everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/rectangle.hpp"

namespace streamtrack {

// A row and a column that may overlap: positions in what is scanned.
struct Candidate {
    std::uint32_t row, column;
};

// The plane cut into cells: `last` + 1 of them in each direction, from `origin` on. What lies
// beyond belongs to the outer ones.
struct Slots {
    Pair origin;
    Pair per_pixel;
    Pair last;
};

struct Slot {
    std::int32_t x, y;
};

static inline Slot slot_of(const Slots& slots, Pair point) {
    // `last` comes second: it is what is left of a point that is not a number.
    const Pair place = smaller((point - slots.origin) * slots.per_pixel, slots.last);
    const Pair zero{};
    const Pair inside = larger(place, zero);
    return {static_cast<std::int32_t>(inside[0]), static_cast<std::int32_t>(inside[1])};
}

// How far from a row's centre the centre of a column that matters may lie, by the row's extent: the
// lesser of `most` times the extent and of `share` times the extent plus `rest`.
struct Reach {
    double most;
    double share;
    Pair rest;
};

// Columns as Overlaps lays them out: sorted by cell, row of cells after row of cells ("bands").
struct OverlapGrid {
    // Edges as floats: rounding keeps their order, so no overlap is lost. All are readable for
    // kScanPadding entries behind the last one.
    const float* left;
    const float* top;
    const float* right;
    const float* bottom;
    const std::uint32_t* columns;
    std::size_t entries;
    double shrink;                   // what a row loses at each edge, by its extent
    const std::uint32_t* run_begin;  // of each cell, and the end; nullptr: all are one run
    std::size_t slots_per_band;
    Slots slots;
    Reach reach;
};
constexpr std::size_t kScanPadding = 64;

struct ScanRows {
    const Rectangle* all;
    const std::uint32_t* which;
    std::size_t count;
};

// Where a scan stands, so that it can stop when there may be no room for another row's candidates.
struct ScanProgress {
    std::size_t row = 0;
    std::size_t candidates = 0;
    std::size_t room = 0;  // for candidates, at least as many as entries
};
// A scan may write over so many places behind the room.
constexpr std::size_t kScanSpill = 2;

// Scans rows until all are done or a row's candidates may not fit: those whose edges cross.
using Scan = void (*)(const OverlapGrid& grid, const ScanRows& rows, ScanProgress& progress,
                      Candidate* candidates);

enum class InstructionSet { baseline, avx2 };  // baseline: SSE2 on x86-64, NEON on aarch64

// The fastest scan that this processor runs, or the one forced.
Scan scan();
// For tests: use this set from now on in the whole process; false where it cannot run here.
bool force_instruction_set(InstructionSet set);
InstructionSet instruction_set();

}  // namespace streamtrack
