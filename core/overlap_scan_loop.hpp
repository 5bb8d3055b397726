// The loop of a scan, for lanes of any width. It is compiled once for every instruction set, so it
// has internal linkage and calls nothing that the linker could share between them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/overlap_scan.hpp"

namespace streamtrack {
namespace {

template <class Lanes>
inline std::size_t scan_loop(const ScanColumns& columns, std::size_t begin, std::size_t end,
                             const ScanRow& row, std::uint32_t* hits) {
    const auto left = Lanes::spread(row.left);
    const auto top = Lanes::spread(row.top);
    const auto right = Lanes::spread(row.right);
    const auto bottom = Lanes::spread(row.bottom);
    std::size_t count = 0;
    for (std::size_t k = begin; k < end; k += Lanes::kWidth) {
        unsigned mask = Lanes::lanes_at_most(
            Lanes::load(columns.left + k), right, left, Lanes::load(columns.right + k),
            Lanes::load(columns.top + k), bottom, top, Lanes::load(columns.bottom + k));
        const std::size_t rest = end - k;
        if (rest < Lanes::kWidth) {
            mask &= (1U << rest) - 1;
        }
        for (; mask != 0; mask &= mask - 1) {
            hits[count++] =
                static_cast<std::uint32_t>(k) + static_cast<std::uint32_t>(__builtin_ctz(mask));
        }
    }
    return count;
}

}  // namespace
}  // namespace streamtrack
