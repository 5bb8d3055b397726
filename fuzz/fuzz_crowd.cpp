// Crowds from a few bytes, so many that overlaps are looked for by a grid: the search
// against the plain one of every pair, then the same boxes through StreamTracker::update.
#include <cmath>
#include <set>
#include <vector>

#include "bytes.hpp"
#include "core/multi_stream_tracker.hpp"
#include "core/overlaps.hpp"

using namespace streamtrack;

namespace {

constexpr std::size_t kMost = 150;  // boxes of a crowd: every pair is compared

// Rows of boxes with steps between them: lines, piles, bands and swarms, of any size.
std::vector<Detection> crowd(fuzz::Bytes& bytes) {
    std::vector<Detection> all;
    for (std::uint32_t group = 1 + bytes.below(4); group > 0; --group) {
        Detection one{{bytes.number(), bytes.number(), bytes.number(), bytes.number()},
                      bytes.score(),
                      static_cast<std::int32_t>(bytes.below(2))};
        const float unit = std::ldexp(1.0F, static_cast<int>(bytes.below(64)) - 32);
        const Box step{bytes.number(), bytes.number(), bytes.number(), bytes.number()};
        for (std::uint32_t left = bytes.byte(); left > 0 && all.size() < kMost; --left) {
            if (what_is_wrong(one) == nullptr) {
                all.push_back(one);
            }
            one.box.left += unit * (step.left - 32);
            one.box.top += unit * (step.top - 32);
            one.box.width += unit * (step.width - 32);
            one.box.height += unit * (step.height - 32);
        }
    }
    return all;
}

void compare_with_every_pair(const std::vector<Detection>& some, const std::vector<Detection>& more,
                             double least_iou) {
    static Overlaps overlaps;
    std::vector<Rectangle> rectangles;
    std::vector<std::uint32_t> rows, columns;
    for (const auto* side : {&some, &more}) {
        for (const Detection& one : *side) {
            (side == &some ? rows : columns).push_back(rectangles.size());
            rectangles.push_back(rectangle_of(one.box));
        }
    }
    overlaps.find({rectangles, rows}, {rectangles, columns}, least_iou);
    std::vector<bool> found(rows.size() * columns.size());
    overlaps.for_each([&](std::uint32_t row, std::uint32_t column, double) {
        fuzz::require(row < rows.size() && column < columns.size());
        fuzz::require(!found[row * columns.size() + column]);
        found[row * columns.size() + column] = true;
    });
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        for (std::uint32_t column = 0; column < columns.size(); ++column) {
            const Rectangle& a = rectangles[rows[row]];
            const Rectangle& b = rectangles[columns[column]];
            const Pair both = smaller(a.high, b.high) - larger(a.low, b.low);
            const double shared = both[0] > 0 && both[1] > 0 ? both[0] * both[1] : 0;
            const double iou = shared / (area_of(a) + area_of(b) - shared);
            fuzz::require(!(shared > 0 && iou >= least_iou) ||
                          found[row * columns.size() + column]);
        }
    }
}

void track(const std::vector<Detection>& some, const std::vector<Detection>& more,
           const Settings& settings) {
    static Workspace work;
    StreamTracker tracker(settings);
    for (const auto* seen : {&some, &some, &more, &some}) {
        tracker.update({seen->data(), seen->size()}, work);
        std::set<std::uint64_t> ids;
        for (const TrackedObject& object : tracker.report()) {
            fuzz::require(object.id != 0 && ids.insert(object.id).second);
            fuzz::require(std::isfinite(object.box.left) && std::isfinite(object.box.top));
            fuzz::require(object.box.width >= 0 && object.box.height >= 0);
        }
        fuzz::require(ids.size() <= seen->size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes bytes(data, size);
    Settings settings;
    settings.box_output = bytes.one_in(2) ? BoxOutput::kalman : BoxOutput::detection;
    settings.iou_pixels = bytes.one_in(2) ? IouPixels::inclusive : IouPixels::continuous;
    const double least_iou = static_cast<double>(bytes.byte()) / 255;
    const std::vector<Detection> some = crowd(bytes), more = crowd(bytes);
    compare_with_every_pair(some, more, least_iou);
    track(some, more, settings);
    return 0;
}
