// NvMOT_Process beside the core, batch by batch in turn: the same frames of the same streams. Every
// batch's ids must be equal before its time counts. Prints a row of JSON.
//
//     process_speed LIBRARY VERSION STREAMS OBJECTS
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "crowd.hpp"
#include "native_host.hpp"
#include "timing.hpp"

namespace {

using streamtrack::Detection;
using timing::median;
using timing::microseconds;

constexpr int kBatches = 600, kWarmUp = 50;

// The frames of one stream, in both forms.
struct Camera {
    std::vector<std::vector<Detection>> frames;
    std::vector<native::FrameIn> host_frames;

    Camera(std::uint32_t pad, int objects) : frames(crowd::frames_of(objects, kBatches, pad + 1)) {
        for (std::uint32_t number = 0; number < frames.size(); ++number) {
            native::FrameIn in{std::uint64_t{pad} << 32, number, true, {}};
            for (const Detection& one : frames[number]) {
                const streamtrack::Box& box = one.box;
                in.objects.push_back({box.left, box.top, box.width, box.height, one.score, 0});
            }
            host_frames.push_back(std::move(in));
        }
    }
};

// The core as the library uses it, one stream after the other.
class Core {
  public:
    explicit Core(std::size_t streams) {
        for (std::size_t k = 0; k < streams; ++k) {
            trackers_.emplace_back(streamtrack::Config().resolve());
        }
    }

    void update(const std::vector<Camera>& cameras, int number) {
        for (std::size_t k = 0; k < cameras.size(); ++k) {
            streamtrack::Frame frame;
            frame.detections = cameras[k].frames[number].data();
            frame.detection_count = cameras[k].frames[number].size();
            trackers_[k].update(frame, work_);
        }
        for (streamtrack::StreamTracker& tracker : trackers_) {
            tracker.report();
        }
    }

    // Whether the host got the same ids in the same order.
    bool agrees(std::vector<native::FrameOut> told) const {
        std::sort(told.begin(), told.end(),
                  [](const auto& a, const auto& b) { return a.stream < b.stream; });
        for (std::size_t k = 0; k < trackers_.size(); ++k) {
            const auto& objects = trackers_[k].objects();
            if (told.size() != trackers_.size() ||
                !std::equal(
                    objects.begin(), objects.end(), told[k].tracked.begin(), told[k].tracked.end(),
                    [](const auto& object, const native::Tracked& tracked) {
                        return object.id == tracked.id && object.detection_index == tracked.origin;
                    })) {
                return false;
            }
        }
        return true;
    }

  private:
    std::vector<streamtrack::StreamTracker> trackers_;
    streamtrack::Workspace work_;
};

}  // namespace

int main(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "usage: process_speed LIBRARY VERSION STREAMS OBJECTS\n");
        return 2;
    }
    const auto streams = static_cast<std::uint32_t>(std::atoi(words[3]));
    const int objects = std::atoi(words[4]);
    native::present_version(words[2]);
    const native::Library library(words[1]);
    native::HostOptions options;
    options.batch_size = streams;
    options.width = 1920;
    options.height = 1080;
    native::Host host(library, words[2], options);
    std::vector<Camera> cameras;
    for (std::uint32_t pad = 0; pad < streams; ++pad) {
        cameras.emplace_back(pad, objects);
    }
    Core core(streams);
    std::vector<double> core_times, process_times;
    for (int number = 0; number < kBatches; ++number) {
        std::vector<native::FrameIn> batch;
        for (const Camera& camera : cameras) {
            batch.push_back(camera.host_frames[number]);
        }
        host.fill(batch);
        const double begin = microseconds();
        host.call_process();
        const double between = microseconds();
        core.update(cameras, number);
        const double end = microseconds();
        if (!core.agrees(host.results(batch))) {
            std::fprintf(stderr, "batch %d: the library's ids are not the core's\n", number);
            return 1;
        }
        if (number >= kWarmUp) {
            process_times.push_back(between - begin);
            core_times.push_back(end - between);
        }
    }
    std::printf(
        "{\"streams\": %u, \"objects\": %d, \"core\": %.3f, \"process\": %.3f, "
        "\"version\": \"%s\"}\n",
        streams, objects, median(core_times), median(process_times), words[2]);
    return 0;
}
