// The core beside the floor program, frame by frame in turn. Every frame's answers must be equal
// before its time counts. Prints a row of JSON for each crowd.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "crowd.hpp"
#include "floor.hpp"
#include "timing.hpp"

namespace {

using streamtrack::TrackedObject;
using timing::median;
using timing::microseconds;

bool are_equal(const std::vector<TrackedObject>& objects,
               const std::vector<floor_program::Report>& reports, std::uint64_t ids_before) {
    return std::equal(objects.begin(), objects.end(), reports.begin(), reports.end(),
                      [&](const TrackedObject& object, const floor_program::Report& report) {
                          return object.id == ids_before + report.id &&
                                 object.detection_index == report.detection;
                      });
}

bool compare(int objects) {
    const int frames = std::max(60, std::min(2000, 400000 / objects));
    constexpr int kWarmUp = 20;
    std::vector<double> core_times, floor_times;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const std::uint64_t ids_before = streamtrack::process_id_counter().last();
        streamtrack::StreamTracker tracker(streamtrack::Config().resolve());
        streamtrack::Workspace work;
        floor_program::Floor floor;
        int number = 0;
        for (const auto& detections : crowd::frames_of(objects, frames, 1)) {
            streamtrack::Frame frame;
            frame.detections = detections.data();
            frame.detection_count = detections.size();
            const double begin = microseconds();
            tracker.update(frame, work);
            const auto& reported = tracker.report();
            const double between = microseconds();
            const auto& expected = floor.update(detections);
            const double end = microseconds();
            if (!are_equal(reported, expected, ids_before)) {
                std::fprintf(stderr, "%d objects: frame %d differs from the floor's\n", objects,
                             number);
                return false;
            }
            if (number++ >= kWarmUp) {
                core_times.push_back(between - begin);
                floor_times.push_back(end - between);
            }
        }
    }
    std::printf("{\"objects\": %d, \"core\": %.3f, \"floor\": %.3f}\n", objects, median(core_times),
                median(floor_times));
    return true;
}

}  // namespace

int main(int count, char** words) {
    bool right = true;
    for (int k = 1; k < count; ++k) {
        right = compare(std::atoi(words[k])) && right;
    }
    return right ? 0 : 1;
}
