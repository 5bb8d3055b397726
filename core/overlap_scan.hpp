// The innermost loop of matching: which of a run of columns overlap one row, several at a time.
//
// The comparison is on floats rounded outwards, so it may let a pair pass that only nearly touches
// and never loses one that overlaps. Its answer does not depend on the instruction set: a
// comparison has no rounding, and the hits come in the columns' order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace streamtrack {

struct ScanColumns {
    const float* left;
    const float* top;
    const float* right;
    const float* bottom;
    // All are readable for kScanPadding entries behind the last one.
};
constexpr std::size_t kScanPadding = 8;

struct ScanRow {
    float left, top, right, bottom;
};

// Writes the positions in [begin, end) of the columns that may overlap `row` to `hits`, which has
// room for them all, and returns how many there are.
using Scan = std::size_t (*)(const ScanColumns& columns, std::size_t begin, std::size_t end,
                             const ScanRow& row, std::uint32_t* hits);

enum class InstructionSet { baseline, avx2 };  // baseline: SSE2 on x86-64, NEON on aarch64

// The fastest scan that this processor runs, or the one forced.
Scan scan();
// For tests: use this set from now on in the whole process; false where it cannot run here.
bool force_instruction_set(InstructionSet set);
InstructionSet instruction_set();

}  // namespace streamtrack
