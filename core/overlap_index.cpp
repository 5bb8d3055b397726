#include "core/overlap_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace streamtrack {
namespace {

// Fewer columns than this are looked through faster than sorted into a grid.
constexpr std::size_t kWorthAGrid = 64;

// How many slots of about `mean` pixels a range of `range` pixels is cut into.
std::uint32_t slots_for(double range, double mean, double most) {
    const double slots = range / mean;
    return static_cast<std::uint32_t>(slots > 1 ? std::min(slots, most) : 1.0);
}

std::uint32_t slot_of(double offset, double per_pixel, std::uint32_t slots) {
    const double position = offset * per_pixel;
    return static_cast<std::uint32_t>(position > 0 ? std::min(position, slots - 1.0) : 0.0);
}

// The edges as floats, each rounded outwards or further out. (An array, so that compilers take all
// four at once.)
ScanRow scan_row(const Rectangle& r) {
    constexpr double kLargest = std::numeric_limits<float>::max() / 2;
    constexpr float kStep = std::numeric_limits<float>::epsilon();
    const double edges[4] = {r.left, r.top, r.right, r.bottom};
    const float steps[4] = {-kStep, -kStep, kStep, kStep};
    float result[4];
    for (int k = 0; k < 4; ++k) {
        const double below = edges[k] < kLargest ? edges[k] : kLargest;
        const auto rounded = static_cast<float>(below > -kLargest ? below : -kLargest);
        result[k] = rounded + std::fabs(rounded) * steps[k];
    }
    return {result[0], result[1], result[2], result[3]};
}

}  // namespace

std::uint32_t OverlapIndex::band_of(double y) const {
    return slot_of(y - top_, bands_per_pixel_, bands_);
}

std::uint32_t OverlapIndex::cell_of(double x) const {
    return slot_of(x - left_, cells_per_pixel_, cells_);
}

void OverlapIndex::build(const std::vector<Rectangle>& columns) {
    columns_ = &columns;
    scan_ = scan();
    bands_ = cells_ = 1;
    if (columns.size() >= kWorthAGrid) {
        lay_out(columns);
        place_in_grid(columns);
    } else {
        place_in_one_run(columns);
    }
}

// Bands of twice the mean height, because most rectangles then lie in one, and about as many cells
// as columns.
void OverlapIndex::lay_out(const std::vector<Rectangle>& columns) {
    constexpr double kFar = std::numeric_limits<double>::max();
    double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
    double widths = 0, heights = 0;
    widest_ = 0;
    for (const Rectangle& r : columns) {
        left = std::min(left, r.left);
        top = std::min(top, r.top);
        right = std::max(right, r.right);
        bottom = std::max(bottom, r.bottom);
        widths += r.right - r.left;
        heights += r.bottom - r.top;
        widest_ = std::max(widest_, r.right - r.left);
    }
    left_ = left;
    top_ = top;
    const auto count = static_cast<double>(columns.size());
    bands_ = slots_for(bottom - top, 2 * heights / count, count);
    cells_ = slots_for(right - left, widths / count, std::max(1.0, 2 * count / bands_));
    bands_per_pixel_ = bands_ / (bottom - top);
    cells_per_pixel_ = cells_ / (right - left);
}

// Counting sort by band and cell: count, add up, then place from the back, so that each cell keeps
// the columns' order.
void OverlapIndex::place_in_grid(const std::vector<Rectangle>& columns) {
    const auto for_each_slot = [this](const Rectangle& r, auto&& visit) {
        const std::uint32_t cell = cell_of(r.left);
        const std::uint32_t last = band_of(r.bottom);
        for (std::uint32_t band = band_of(r.top); band <= last; ++band) {
            visit(std::size_t{band} * cells_ + cell);
        }
    };
    run_begin_.assign(std::size_t{bands_} * cells_ + 1, 0);
    for (const Rectangle& r : columns) {
        for_each_slot(r, [this](std::size_t slot) { ++run_begin_[slot]; });
    }
    std::uint32_t total = 0;
    for (std::uint32_t& count : run_begin_) {
        total += count;
        count = total;
    }
    make_room(total);
    first_band_.resize(columns.size());
    for (std::size_t k = columns.size(); k-- > 0;) {
        const Rectangle& r = columns[k];
        first_band_[k] = band_of(r.top);
        for_each_slot(r, [&](std::size_t slot) {
            put(--run_begin_[slot], r, static_cast<std::uint32_t>(k));
        });
    }
}

void OverlapIndex::place_in_one_run(const std::vector<Rectangle>& columns) {
    make_room(columns.size());
    for (std::size_t k = 0; k < columns.size(); ++k) {
        put(k, columns[k], static_cast<std::uint32_t>(k));
    }
}

void OverlapIndex::make_room(std::size_t entries) {
    entries_ = entries;
    edges_.resize(4 * (entries + kScanPadding));
    column_.resize(entries);
    hits_.resize(entries);
}

void OverlapIndex::put(std::size_t position, const Rectangle& rectangle, std::uint32_t column) {
    const ScanRow row = scan_row(rectangle);
    float* edge = edges_.data() + position;
    const std::size_t stride = entries_ + kScanPadding;
    edge[0] = row.left;
    edge[stride] = row.top;
    edge[2 * stride] = row.right;
    edge[3 * stride] = row.bottom;
    column_[position] = column;
}

ScanColumns OverlapIndex::scan_columns() const {
    const float* edge = edges_.data();
    const std::size_t stride = entries_ + kScanPadding;
    return {edge, edge + stride, edge + 2 * stride, edge + 3 * stride};
}

// Positions of the entries that may overlap, each column once, to hits_.
std::size_t OverlapIndex::find_candidates(const Rectangle& row) {
    const ScanColumns columns = scan_columns();
    const ScanRow scanned = scan_row(row);
    if (bands_ == 1 && cells_ == 1) {
        return scan_(columns, 0, entries_, scanned, hits_.data());
    }
    const std::uint32_t first_band = band_of(row.top);
    const std::uint32_t last_band = band_of(row.bottom);
    const std::uint32_t first_cell = cell_of(row.left - widest_);
    const std::uint32_t last_cell = cell_of(row.right);
    std::size_t count = 0;
    for (std::uint32_t band = first_band; band <= last_band; ++band) {
        const std::uint32_t* run = run_begin_.data() + std::size_t{band} * cells_;
        const std::size_t found =
            scan_(columns, run[first_cell], run[last_cell + 1], scanned, hits_.data() + count);
        count += band == first_band ? found : drop_known(count, found, band);
    }
    return count;
}

// Of `count` hits from `from` on, keeps those that no earlier band of the row had.
std::size_t OverlapIndex::drop_known(std::size_t from, std::size_t count, std::uint32_t band) {
    std::size_t kept = 0;
    for (std::size_t k = from; k < from + count; ++k) {
        const std::uint32_t hit = hits_[k];
        hits_[from + kept] = hit;
        kept += first_band_[column_[hit]] == band ? 1 : 0;
    }
    return kept;
}

}  // namespace streamtrack
