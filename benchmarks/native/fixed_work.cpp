// A fixed piece of tracking for callgrind: its instruction count repeats where times do not.
#include <cstdio>
#include <cstdlib>

#include "core/multi_stream_tracker.hpp"
#include "crowd.hpp"

int main(int count, char** words) {
    const int objects = count > 1 ? std::atoi(words[1]) : 50;
    const int frames = count > 2 ? std::atoi(words[2]) : 200;
    streamtrack::StreamTracker tracker(streamtrack::Config().resolve());
    streamtrack::Workspace work;
    std::size_t reported = 0;
    for (const auto& detections : crowd::frames_of(objects, frames, 1)) {
        streamtrack::Frame frame;
        frame.detections = detections.data();
        frame.detection_count = detections.size();
        tracker.update(frame, work);
        reported += tracker.report().size();
    }
    std::printf("%zu\n", reported);
    return 0;
}
