#include "core/workspace.hpp"

#include "core/motion.hpp"

namespace streamtrack {
namespace {

struct Bands {
    bool high;
    bool low;
};

// Without branches: which band a score falls into is what a processor cannot foresee.
Bands bands_of(float score, const ClassSettings& thresholds, bool reference) {
    const auto high = static_cast<float>(thresholds.track_high_thresh);
    const auto low = static_cast<float>(thresholds.track_low_thresh);
    // An unknown score is high. The original leaves one that equals the threshold in neither band.
    const bool is_high = (score < 0) | (score > high) | ((score == high) & !reference);
    const bool is_low = !is_high & (score > low) & (score < high);
    return {is_high && thresholds.enabled, is_low && thresholds.enabled};
}

}  // namespace

void Workspace::take_detections(const Frame& frame, const Settings& settings) {
    const bool reference = settings.preset == Preset::reference;
    detections = frame.detections;
    rectangles.resize(frame.detection_count);
    high.resize(frame.detection_count + 1);
    low.resize(frame.detection_count + 1);
    std::size_t highs = 0, lows = 0;
    for (std::uint32_t row = 0; row < frame.detection_count; ++row) {
        const Detection& detection = detections[row];
        const Bands bands =
            bands_of(detection.score, settings.of_class(detection.class_id), reference);
        high[highs] = row;  // stays where the next one does not write over it
        low[lows] = row;
        highs += bands.high ? 1 : 0;
        lows += bands.low ? 1 : 0;
        rectangles[row] = counted(rectangle_of(detection.box), settings);
    }
    high.resize(highs);
    low.resize(lows);
}

}  // namespace streamtrack
