#include "core/workspace.hpp"

#include "core/motion.hpp"

namespace streamtrack {
namespace {

enum class Band { none, low, high };

Band band_of(float score, const ClassSettings& thresholds, const Settings& settings) {
    if (!thresholds.enabled) {
        return Band::none;
    }
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

}  // namespace

void Workspace::take_detections(const Frame& frame, const Settings& settings) {
    high.clear();
    low.clear();
    for (std::uint32_t row = 0; row < frame.detection_count; ++row) {
        const Detection& detection = frame.detections[row];
        const Band band = band_of(detection.score, settings.of_class(detection.class_id), settings);
        if (band != Band::none) {
            (band == Band::high ? high : low).push_back(row);
        }
    }
    order_.sort(frame.detections, high);
    order_.sort(frame.detections, low);
    detections.clear();
    given_index.clear();
    rectangles.clear();
    for (std::vector<std::uint32_t>* band : {&high, &low}) {
        for (std::uint32_t& row : *band) {
            const Detection& detection = frame.detections[row];
            detections.push_back(detection);
            given_index.push_back(row);
            rectangles.push_back(counted(rectangle_of(detection.box), settings));
            row = static_cast<std::uint32_t>(detections.size() - 1);
        }
    }
}

}  // namespace streamtrack
