// The loops of a scan, for lanes of any width. They are compiled once for every instruction set, so
// they have internal linkage and call nothing that the linker could share between them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/overlap_scan.hpp"

namespace streamtrack {
namespace {

// Cells and bands in which the centre of a column that matters to `row` may lie.
struct Window {
    Slot first, last;
};

inline Window window_of(const OverlapGrid& grid, const Rectangle& row) {
    constexpr double kRounding = 1e-12;
    const Pair extent = row.high - row.low;
    const Pair centre = centre_of(row);
    const Pair zero{};
    const Pair far =
        smaller(grid.reach.most * extent, grid.reach.share * extent + grid.reach.rest) +
        kRounding * larger(centre, zero - centre);
    return {slot_of(grid.slots, centre - far), slot_of(grid.slots, centre + far)};
}

template <class Lanes>
class RowScan {
  public:
    RowScan(const OverlapGrid& grid, const Rectangle& row, Overlap* pairs)
        : grid_(grid), row_(row), area_(area_of(row)), pairs_(pairs) {
        const Pair margin = (row.high - row.low) * grid.shrink;
        const Pair low = row.low + margin;
        const Pair high = row.high - margin;
        left_ = Lanes::spread(static_cast<float>(low[0]));
        top_ = Lanes::spread(static_cast<float>(low[1]));
        right_ = Lanes::spread(static_cast<float>(high[0]));
        bottom_ = Lanes::spread(static_cast<float>(high[1]));
    }

    void scan(std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; k += Lanes::kWidth) {
            const std::size_t rest = end - k;
            unsigned mask =
                Lanes::lanes_at_most(Lanes::load(grid_.left + k), right_, left_,
                                     Lanes::load(grid_.right + k), Lanes::load(grid_.top + k),
                                     bottom_, top_, Lanes::load(grid_.bottom + k)) &
                ((1U << (rest < Lanes::kWidth ? rest : Lanes::kWidth)) - 1);
            for (; mask != 0; mask &= mask - 1) {
                compare(k + static_cast<std::size_t>(__builtin_ctz(mask)));
            }
        }
    }

    Overlap* end() const { return pairs_; }

  private:
    void compare(std::size_t entry) {
        const Rectangle& other = grid_.rectangles[entry];
        const Pair overlap = smaller(row_.high, other.high) - larger(row_.low, other.low);
        const double both = overlap[0] * overlap[1];
        const double iou = both / (area_ + area_of(other) - both);
        *pairs_ = {grid_.columns[entry], iou};
        pairs_ += overlap[0] > 0 && overlap[1] > 0 && iou >= grid_.least_iou ? 1 : 0;
    }

    const OverlapGrid& grid_;
    const Rectangle row_;
    const double area_;
    Overlap* pairs_;
    typename Lanes::Floats left_, top_, right_, bottom_;
};

template <class Lanes>
inline void scan_loop(const OverlapGrid& grid_given, const ScanRows& rows, ScanProgress& progress,
                      std::uint32_t* first_pair, Overlap* pairs) {
    const OverlapGrid grid = grid_given;  // a copy, so that what is written cannot change it
    Overlap* const begin = pairs;
    Overlap* const full = pairs + (progress.room - grid.entries);
    pairs += progress.pairs;
    std::size_t k = progress.row;
    for (; k < rows.count && pairs <= full; ++k) {
        const Rectangle& row = rows.all[rows.which[k]];
        first_pair[k] = static_cast<std::uint32_t>(pairs - begin);
        RowScan<Lanes> scan(grid, row, pairs);
        if (grid.run_begin == nullptr) {
            scan.scan(0, grid.entries);
        } else {
            const Window window = window_of(grid, row);
            const std::uint32_t* run = grid.run_begin + window.first.y * grid.slots_per_band;
            for (std::int32_t band = window.first.y; band <= window.last.y; ++band) {
                scan.scan(run[window.first.x], run[window.last.x + 1]);
                run += grid.slots_per_band;
            }
        }
        pairs = scan.end();
    }
    progress.row = k;
    progress.pairs = static_cast<std::size_t>(pairs - begin);
}

}  // namespace
}  // namespace streamtrack
