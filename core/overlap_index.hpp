// Finds the rectangles that overlap a given one without looking at the others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/box.hpp"

namespace streamtrack {

// Columns lie in a grid of about one cell a column: in horizontal bands, each of them in every band
// it touches, and along a band in the cell of its left edge. What may overlap a row's rectangle is
// then one contiguous run of entries in each of the bands that it touches.
class OverlapIndex {
  public:
    void build(const std::vector<Rectangle>& columns);

    // Calls found(column, area of the intersection, area of the column) once for each column that
    // overlaps `row` by a positive area.
    template <class Found>
    void for_each_overlap(const Rectangle& row, Found&& found) const {
        if (entries_.empty()) {
            return;
        }
        const std::uint32_t first_band = band_of(row.top);
        const std::uint32_t last_band = band_of(row.bottom);
        const std::uint32_t first_cell = cell_of(row.left - widest_);
        const std::uint32_t last_cell = cell_of(row.right);
        for (std::uint32_t band = first_band; band <= last_band; ++band) {
            const std::uint32_t begin = run_begin_[band * cells_ + first_cell];
            const std::uint32_t end = run_begin_[band * cells_ + last_cell + 1];
            for (std::uint32_t k = begin; k < end; ++k) {
                const Entry& entry = entries_[k];
                const double width = std::min(row.right, entry.rectangle.right) -
                                     std::max(row.left, entry.rectangle.left);
                const double height = std::min(row.bottom, entry.rectangle.bottom) -
                                      std::max(row.top, entry.rectangle.top);
                // Both touch several bands: the first one they share reports them.
                if (width > 0 && height > 0 && std::max(first_band, entry.first_band) == band) {
                    found(entry.column, width * height, entry.area);
                }
            }
        }
    }

  private:
    struct Entry {
        Rectangle rectangle;
        double area;
        std::uint32_t column;
        std::uint32_t first_band;
    };

    void lay_out(const std::vector<Rectangle>& columns);
    static std::uint32_t slot(double offset, double per_slot, std::uint32_t slots) {
        const double position = offset * per_slot;
        const double last = slots - 1;
        return static_cast<std::uint32_t>(position > 0 ? std::min(position, last) : 0.0);
    }
    std::uint32_t band_of(double y) const { return slot(y - top_, bands_per_pixel_, bands_); }
    std::uint32_t cell_of(double x) const { return slot(x - left_, cells_per_pixel_, cells_); }

    double left_ = 0, top_ = 0;
    double widest_ = 0;
    double bands_per_pixel_ = 0, cells_per_pixel_ = 0;
    std::uint32_t bands_ = 1, cells_ = 1;
    std::vector<std::uint32_t> run_begin_;  // of each cell of each band, and the end
    std::vector<Entry> entries_;
};

}  // namespace streamtrack
