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
    // Finds every pair of a row and a column that overlap by a positive area and an IoU of
    // `least_iou` or more (in [0, 1]); perhaps pairs with a little less, too.
    void find(const Selection& rows, const Selection& columns, double least_iou);

    // The pairs of row `k`: columns as positions in their selection, in no order of meaning.
    const Overlap* begin(std::size_t k) const { return pairs_.data() + first_pair_[k]; }
    const Overlap* end(std::size_t k) const { return pairs_.data() + first_pair_[k + 1]; }

  private:
    void lay_out(const Selection& columns, double least_iou);
    void put_in_order(const Selection& columns);
    void put_in_cells(const Selection& columns);
    void put(const Rectangle& rectangle, std::uint32_t column, std::size_t position);
    void make_room(std::size_t count);
    void scan(const Selection& rows);

    OverlapGrid grid_;
    std::vector<float> edges_;              // lefts, then tops, rights and bottoms of the entries
    std::vector<Rectangle> rectangles_;     // of the entries
    std::vector<std::uint32_t> columns_;    // of the entries
    std::vector<std::uint32_t> run_begin_;  // of each cell, and the end
    std::vector<std::uint32_t> cell_;       // of each column
    std::vector<Overlap> pairs_;
    std::vector<std::uint32_t> first_pair_;  // of each row, and the end
};

}  // namespace streamtrack
