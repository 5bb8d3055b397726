// Finds which rectangles overlap which, without looking at the pairs that do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/overlap_scan.hpp"
#include "core/rectangle.hpp"

namespace streamtrack {

// Rectangles to compare: those of `all` that `which` names, in its order.
struct Selection {
    const std::vector<Rectangle>& all;
    const std::vector<std::uint32_t>& which;
};

// Two rectangles whose IoU is at least t cannot differ much: each side of their intersection is at
// least t times the same side of either. So a row, made smaller by t of its size at every edge,
// still meets every column that matters, and their centres are close. Columns are sorted by their
// centres into horizontal bands and, along a band, into cells; what may overlap a row is then one
// short contiguous run of columns in one or two bands, and runs are compared several columns at a
// time.
class Overlaps {
  public:
    // Looks for the pairs of a row and a column that overlap by a positive area and an IoU of
    // `least_iou` or more (in [0, 1]). Selections must stay until the pairs are read.
    void find(const Selection& rows, const Selection& columns, double least_iou);

    // No fewer than the pairs there are.
    std::size_t most_pairs() const { return found_; }

    // Calls visit(row, column, iou) for every such pair and for some with less IoU, too: row by
    // row, positions in their selections, a row's columns in no order of meaning.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (std::size_t k = 0; k < found_; ++k) {
            const Candidate candidate = candidates_[k];
            const Rectangle& row = rows_[which_rows_[candidate.row]];
            const Rectangle& column = columns_[which_columns_[candidate.column]];
            const Pair zero{};
            const Pair overlap =
                larger(smaller(row.high, column.high) - larger(row.low, column.low), zero);
            const double both = overlap[0] * overlap[1];
            visit(candidate.row, candidate.column, both / (area_of(row) + area_of(column) - both));
        }
    }

  private:
    void lay_out(const Selection& columns, double least_iou);
    void put_in_order(const Selection& columns);
    void put_in_cells(const Selection& columns);
    void put(const Rectangle& rectangle, std::uint32_t column, std::size_t position);
    void make_room(std::size_t count);
    void scan(const Selection& rows);

    OverlapGrid grid_;
    std::vector<float> edges_;              // lefts, then tops, rights and bottoms of the entries
    std::vector<std::uint32_t> entries_;    // their columns
    std::vector<std::uint32_t> run_begin_;  // of each cell, and the end
    std::vector<std::uint32_t> cell_;       // of each column
    std::vector<Candidate> candidates_;
    std::size_t found_ = 0;
    const Rectangle* rows_ = nullptr;
    const Rectangle* columns_ = nullptr;
    const std::uint32_t* which_rows_ = nullptr;
    const std::uint32_t* which_columns_ = nullptr;
};

}  // namespace streamtrack
