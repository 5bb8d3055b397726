#include "core/overlap_index.hpp"

#include <limits>

namespace streamtrack {
namespace {

// Fewer columns than this are looked through faster than sorted into a grid.
constexpr std::size_t kWorthAGrid = 16;

// How many slots of about `mean` pixels a range of `range` pixels is cut into.
std::uint32_t slots_for(double range, double mean, double most) {
    const double slots = range / mean;
    return static_cast<std::uint32_t>(slots > 1 ? std::min(slots, most) : 1.0);
}

}  // namespace

// Cells of about the mean size, and not many more of them than columns.
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
    bands_ = cells_ = 1;
    const double count = static_cast<double>(columns.size());
    if (columns.size() >= kWorthAGrid) {
        bands_ = slots_for(bottom - top, heights / count, count);
        cells_ = slots_for(right - left, widths / count, std::max(1.0, 4 * count / bands_));
    }
    bands_per_pixel_ = bands_ > 1 ? bands_ / (bottom - top) : 0;
    cells_per_pixel_ = cells_ > 1 ? cells_ / (right - left) : 0;
}

void OverlapIndex::build(const std::vector<Rectangle>& columns) {
    entries_.clear();
    if (columns.empty()) {
        return;
    }
    lay_out(columns);
    // Counting sort by band and cell: count, add up, then place from the back so that each cell
    // keeps the columns' order.
    run_begin_.assign(std::size_t{bands_} * cells_ + 1, 0);
    const auto for_each_slot = [this](const Rectangle& r, auto&& visit) {
        const std::uint32_t cell = cell_of(r.left);
        const std::uint32_t last = band_of(r.bottom);
        for (std::uint32_t band = band_of(r.top); band <= last; ++band) {
            visit(std::size_t{band} * cells_ + cell);
        }
    };
    for (const Rectangle& r : columns) {
        for_each_slot(r, [this](std::size_t slot) { ++run_begin_[slot]; });
    }
    std::uint32_t total = 0;
    for (std::uint32_t& count : run_begin_) {
        total += count;
        count = total;
    }
    entries_.resize(total);
    for (std::size_t k = columns.size(); k-- > 0;) {
        const Rectangle& r = columns[k];
        const Entry entry{r, area_of(r), static_cast<std::uint32_t>(k), band_of(r.top)};
        for_each_slot(r, [&](std::size_t slot) { entries_[--run_begin_[slot]] = entry; });
    }
}

}  // namespace streamtrack
