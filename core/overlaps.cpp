#include "core/overlaps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace streamtrack {
namespace {

// Fewer columns than this are looked through faster than sorted.
constexpr std::size_t kWorthCells = 64;
// Columns that a row had better find in a run: more bands would cost more than they save.
constexpr double kGoodRun = 8;
// Bounds that follow from an IoU are widened by this share, so that rounding loses nothing.
constexpr double kSlack = 1e-6;
constexpr double kLargest = std::numeric_limits<double>::max();

// Two ranges, of extents e (the row's) and f, that share t times the longer one or more: their
// centres are (e + f) / 2 - t max(e, f) apart at most, f is e / t at most and not above `largest`.
Reach reach_for(double t, Pair largest) {
    return t > .5 ? Reach{1 - t, 1 - t, Pair{}} : Reach{(1 - t) * .5 / t, .5, (.5 - t) * largest};
}

// How many slots a range is cut into, and how many there are to the pixel.
struct Cut {
    double count;
    double per_pixel;
};

Cut cut(double length, double wanted, double most) {
    // One at least, also where lengths of 0 made these numbers less, infinite or no numbers.
    const double count = std::floor(std::max(1.0, std::min(most, wanted)));
    const double per_pixel = count / length;
    return {count, per_pixel <= kLargest ? per_pixel : 0.0};
}

// Room for `count` elements at least; what was there stays.
template <class T>
void grow(std::vector<T>& room, std::size_t count) {
    if (room.size() < count) {
        room.resize(count);
    }
}

}  // namespace

void Overlaps::find(const Selection& rows, const Selection& columns, double least_iou) {
    const double t = std::max(least_iou - kSlack, 0.0);
    grid_.shrink = t;
    rows_ = rows.all.data();
    columns_ = columns.all.data();
    which_rows_ = rows.which.data();
    which_columns_ = columns.which.data();
    make_room(columns.which.size());
    if (columns.which.size() < kWorthCells) {
        put_in_order(columns);
    } else {
        lay_out(columns, t);
        put_in_cells(columns);
    }
    scan(rows);
}

// As many cells as columns, in as many bands as make runs short.
void Overlaps::lay_out(const Selection& columns, double t) {
    Pair low{kLargest, kLargest}, high{-kLargest, -kLargest}, sum{}, largest{};
    for (const std::uint32_t k : columns.which) {
        const Rectangle& rectangle = columns.all[k];
        const Pair centre = centre_of(rectangle);
        const Pair extent = rectangle.high - rectangle.low;
        low = smaller(low, centre);
        high = larger(high, centre);
        sum += extent;
        largest = larger(largest, extent);
    }
    grid_.reach = reach_for(t, largest);
    const auto count = static_cast<double>(columns.which.size());
    const Pair length = high - low;
    const Pair mean = sum / count;
    const double run = count * 2 * mean[0] / length[0];
    const Cut bands = cut(length[1], run / kGoodRun, std::min(length[1] / mean[1], count));
    const Cut cells = cut(length[0], count / bands.count, count);
    grid_.slots = {low, Pair{cells.per_pixel, bands.per_pixel},
                   Pair{cells.count - 1, bands.count - 1}};
    grid_.slots_per_band = static_cast<std::size_t>(cells.count);
    run_begin_.assign(grid_.slots_per_band * static_cast<std::size_t>(bands.count) + 1, 0);
}

void Overlaps::put_in_order(const Selection& columns) {
    grid_.run_begin = nullptr;
    for (std::size_t k = 0; k < columns.which.size(); ++k) {
        put(columns.all[columns.which[k]], static_cast<std::uint32_t>(k), k);
    }
}

// Counting sort: count, add up, then place from the back, so that each cell keeps the order.
void Overlaps::put_in_cells(const Selection& columns) {
    const std::size_t count = columns.which.size();
    const auto slots_per_band = static_cast<std::uint32_t>(grid_.slots_per_band);
    for (std::size_t k = 0; k < count; ++k) {
        const Slot slot = slot_of(grid_.slots, centre_of(columns.all[columns.which[k]]));
        cell_[k] = static_cast<std::uint32_t>(slot.y) * slots_per_band +
                   static_cast<std::uint32_t>(slot.x);
        ++run_begin_[cell_[k]];
    }
    std::uint32_t total = 0;
    for (std::uint32_t& begin : run_begin_) {
        total += begin;
        begin = total;
    }
    for (std::size_t k = count; k-- > 0;) {
        put(columns.all[columns.which[k]], static_cast<std::uint32_t>(k), --run_begin_[cell_[k]]);
    }
    grid_.run_begin = run_begin_.data();
}

void Overlaps::make_room(std::size_t count) {
    const std::size_t stride = count + kScanPadding;
    grow(edges_, 4 * stride);
    grow(entries_, stride);
    grow(cell_, count);
    grid_.entries = count;
    grid_.left = edges_.data();
    grid_.top = grid_.left + stride;
    grid_.right = grid_.top + stride;
    grid_.bottom = grid_.right + stride;
    grid_.columns = entries_.data();
}

void Overlaps::put(const Rectangle& rectangle, std::uint32_t column, std::size_t position) {
    float* edge = edges_.data() + position;
    const std::size_t stride = grid_.entries + kScanPadding;
    edge[0] = static_cast<float>(rectangle.low[0]);
    edge[stride] = static_cast<float>(rectangle.low[1]);
    edge[2 * stride] = static_cast<float>(rectangle.high[0]);
    edge[3 * stride] = static_cast<float>(rectangle.high[1]);
    entries_[position] = column;
}

void Overlaps::scan(const Selection& rows) {
    const ScanRows scanned{rows.all.data(), rows.which.data(), rows.which.size()};
    ScanProgress progress;
    while (progress.row < scanned.count) {
        grow(candidates_, progress.candidates + 2 * grid_.entries + kScanSpill);
        progress.room = candidates_.size() - kScanSpill;
        streamtrack::scan()(grid_, scanned, progress, candidates_.data());
    }
    found_ = progress.candidates;
}

}  // namespace streamtrack
