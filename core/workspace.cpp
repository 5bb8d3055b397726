#include "core/workspace.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "core/motion.hpp"

namespace streamtrack {
namespace {

enum class Band { none, low, high };

Band band_of(const Detection& detection, const Settings& settings) {
    const ClassSettings& thresholds = settings.of_class(detection.class_id);
    if (!thresholds.enabled) {
        return Band::none;
    }
    const float score = detection.score;
    const float high = static_cast<float>(thresholds.track_high_thresh);
    const bool unknown = score < 0;
    // The original leaves a score that equals the threshold in neither band.
    const bool at_threshold = score == high && settings.preset != Preset::reference;
    if (unknown || score > high || at_threshold) {
        return Band::high;
    }
    const bool is_low = score > static_cast<float>(thresholds.track_low_thresh) && score < high;
    return is_low ? Band::low : Band::none;
}

// Grows as the score falls; the lower half names the row.
std::uint64_t sort_key(float score, std::size_t row) {
    std::uint32_t bits;
    std::memcpy(&bits, &score, sizeof bits);
    const std::uint32_t rising = bits & 0x80000000U ? ~bits : bits | 0x80000000U;
    return std::uint64_t{~rising} << 32 | row;
}

std::tuple<float, float, float, float, std::int32_t> box_and_class(const Detection& d) {
    return {d.box.left, d.box.top, d.box.width, d.box.height, d.class_id};
}

// Equal scores are common where detectors round them: their runs are sorted by box and class.
void order_equal_scores(std::vector<std::uint64_t>& keys, const Detection* detections) {
    const auto row = [](std::uint64_t key) { return static_cast<std::uint32_t>(key); };
    const auto score_part = [](std::uint64_t key) { return key >> 32; };
    for (std::size_t begin = 0; begin < keys.size();) {
        std::size_t end = begin + 1;
        while (end < keys.size() && score_part(keys[end]) == score_part(keys[begin])) {
            ++end;
        }
        if (end - begin > 1) {
            std::sort(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                      keys.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](std::uint64_t a, std::uint64_t b) {
                          const auto left = box_and_class(detections[row(a)]);
                          const auto right = box_and_class(detections[row(b)]);
                          return left != right ? left < right : a < b;
                      });
        }
        begin = end;
    }
}

}  // namespace

void Workspace::take_detections(const Frame& frame, const Settings& settings) {
    detections.clear();
    given_index.clear();
    rectangles.clear();
    high.clear();
    low.clear();
    sort_keys_.clear();
    for (std::size_t row = 0; row < frame.detection_count; ++row) {
        if (band_of(frame.detections[row], settings) != Band::none) {
            sort_keys_.push_back(sort_key(frame.detections[row].score, row));
        }
    }
    std::sort(sort_keys_.begin(), sort_keys_.end());
    order_equal_scores(sort_keys_, frame.detections);
    for (const std::uint64_t key : sort_keys_) {
        const auto row = static_cast<std::uint32_t>(key);
        const auto position = static_cast<std::uint32_t>(detections.size());
        const Detection& detection = frame.detections[row];
        (band_of(detection, settings) == Band::high ? high : low).push_back(position);
        detections.push_back(detection);
        given_index.push_back(row);
        rectangles.push_back(counted(rectangle_of(detection.box), settings));
    }
}

}  // namespace streamtrack
