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
    RowScan(const OverlapGrid& grid, const Rectangle& row, std::uint32_t index,
            Candidate* candidates)
        : grid_(grid), index_(index), candidates_(candidates) {
        const Pair margin = (row.high - row.low) * grid.shrink;
        const Pair low = row.low + margin;
        const Pair high = row.high - margin;
        left_ = Lanes::spread(static_cast<float>(low[0]));
        top_ = Lanes::spread(static_cast<float>(low[1]));
        right_ = Lanes::spread(static_cast<float>(high[0]));
        bottom_ = Lanes::spread(static_cast<float>(high[1]));
    }

    void scan(std::size_t begin, std::size_t end) {
        constexpr std::size_t kBits = 64;
        while (end - begin > kBits) {
            take(begin, crossings(begin, kBits));
            begin += kBits;
        }
        const std::size_t count = end - begin;
        const std::uint64_t within = count == 0 ? 0 : ~std::uint64_t{0} >> (kBits - count);
        take(begin, crossings(begin, count) & within);
    }

    Candidate* end() const { return candidates_; }

  private:
    // A bit for each entry that crosses the row; meaningless ones behind the first `count`. Most
    // runs are short, and a processor guesses wrong where loops end: the first lanes have no loop.
    std::uint64_t crossings(std::size_t begin, std::size_t count) const {
        std::uint64_t bits = crossing(begin) | crossing(begin + Lanes::kWidth) << Lanes::kWidth;
        for (std::size_t k = 2 * Lanes::kWidth; k < count; k += Lanes::kWidth) {
            bits |= crossing(begin + k) << k;
        }
        return bits;
    }

    std::uint64_t crossing(std::size_t k) const {
        return Lanes::lanes_at_most(Lanes::load(grid_.left + k), right_, left_,
                                    Lanes::load(grid_.right + k), Lanes::load(grid_.top + k),
                                    bottom_, top_, Lanes::load(grid_.bottom + k));
    }

    // Most rows cross one or two columns: both are written without asking.
    void take(std::size_t begin, std::uint64_t bits) {
        take_lowest(begin, bits);
        take_lowest(begin, bits);
        while (bits != 0) {
            take_lowest(begin, bits);
        }
    }

    void take_lowest(std::size_t begin, std::uint64_t& bits) {
        constexpr std::uint64_t kLast = std::uint64_t{1} << 63;  // there is no lowest of none
        const auto lane = static_cast<std::size_t>(__builtin_ctzll(bits | kLast));
        candidates_->row = index_;
        candidates_->column = grid_.columns[begin + lane];
        candidates_ += bits != 0 ? 1 : 0;
        bits &= bits - 1;
    }

    const OverlapGrid& grid_;
    const std::uint32_t index_;
    Candidate* candidates_;
    typename Lanes::Floats left_, top_, right_, bottom_;
};

template <class Lanes>
inline void scan_loop(const OverlapGrid& grid_given, const ScanRows& rows, ScanProgress& progress,
                      Candidate* candidates) {
    const OverlapGrid grid = grid_given;  // a copy, so that what is written cannot change it
    Candidate* next = candidates + progress.candidates;
    Candidate* const full = candidates + (progress.room - grid.entries);
    std::size_t k = progress.row;
    for (; k < rows.count && next <= full; ++k) {
        const Rectangle& row = rows.all[rows.which[k]];
        RowScan<Lanes> scan(grid, row, static_cast<std::uint32_t>(k), next);
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
        next = scan.end();
    }
    progress.row = k;
    progress.candidates = static_cast<std::size_t>(next - candidates);
}

}  // namespace
}  // namespace streamtrack
