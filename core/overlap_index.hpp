// Finds the rectangles that overlap a given one without looking at the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/box.hpp"
#include "core/overlap_scan.hpp"

namespace streamtrack {

// Columns lie in a grid of about one cell a column: in horizontal bands, each of them in every band
// it touches, and along a band in the cell of its left edge. What may overlap a row's rectangle is
// then one contiguous run of entries in each of the bands that it touches, and runs are compared
// several entries at a time.
class OverlapIndex {
  public:
    void build(const std::vector<Rectangle>& columns);

    // Calls found(column, area of the intersection, area of the column) once for each column that
    // overlaps `row` by a positive area.
    template <class Found>
    void for_each_overlap(const Rectangle& row, Found&& found) {
        const std::size_t count = find_candidates(row);
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t column = column_[hits_[k]];
            const Rectangle& other = (*columns_)[column];
            const double width = smaller(row.right, other.right) - larger(row.left, other.left);
            const double height = smaller(row.bottom, other.bottom) - larger(row.top, other.top);
            if (width > 0 && height > 0) {
                found(column, width * height, area_of(other));
            }
        }
    }

  private:
    static double smaller(double a, double b) { return b < a ? b : a; }
    static double larger(double a, double b) { return a < b ? b : a; }

    void lay_out(const std::vector<Rectangle>& columns);
    void place_in_grid(const std::vector<Rectangle>& columns);
    void place_in_one_run(const std::vector<Rectangle>& columns);
    void put(std::size_t position, const Rectangle& rectangle, std::uint32_t column);
    std::size_t find_candidates(const Rectangle& row);
    std::size_t drop_known(std::size_t from, std::size_t count, std::uint32_t band);
    void make_room(std::size_t entries);
    ScanColumns scan_columns() const;
    std::uint32_t band_of(double y) const;
    std::uint32_t cell_of(double x) const;

    const std::vector<Rectangle>* columns_ = nullptr;
    Scan scan_ = nullptr;
    double left_ = 0, top_ = 0;
    double widest_ = 0;
    double bands_per_pixel_ = 0, cells_per_pixel_ = 0;
    std::uint32_t bands_ = 1, cells_ = 1;
    std::size_t entries_ = 0;
    std::vector<std::uint32_t> run_begin_;   // of each cell of each band, and the end
    std::vector<float> edges_;               // lefts, then tops, rights and bottoms of the entries
    std::vector<std::uint32_t> column_;      // of each entry
    std::vector<std::uint32_t> first_band_;  // of each column
    std::vector<std::uint32_t> hits_;
};

}  // namespace streamtrack
