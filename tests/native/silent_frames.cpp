// Frames of everyday life for strace: between two marks, which are system calls that nobody else
// makes, NvMOT_Process must make none.
#include <unistd.h>

#include "scenarios.hpp"

namespace native {
namespace {

constexpr std::uint32_t kStreams = 16, kWarmUp = 40, kSilent = 200;
constexpr std::size_t kObjects = 30;

void mark(const char* what) { require(access(what, F_OK) != 0, "a mark must be no file"); }

void play(const Stage& stage, const std::string& yaml) {
    const ConfigFile config(yaml);
    HostOptions options;
    options.config_path = config.path();
    options.batch_size = kStreams;
    const Library library(stage.library);
    Host host(library, stage.version, options);
    std::vector<std::vector<FrameIn>> batches(kWarmUp + kSilent);
    for (std::uint32_t number = 0; number < batches.size(); ++number) {
        for (std::uint32_t pad = 0; pad < kStreams; ++pad) {
            // Every camera misses its people now and then, and its detector skips a frame.
            const std::size_t size = (number + pad) % 9 == 0 ? kObjects / 2 : kObjects;
            const bool seen = (number + pad) % 5 != 0;
            batches[number].push_back({stream_of(pad), number, seen, {}});
            if (seen) {
                batches[number].back().objects = crowd(number, size, pad);
            }
        }
    }
    for (std::uint32_t number = 0; number < batches.size(); ++number) {
        host.fill(batches[number]);
        if (number == kWarmUp) {
            mark("/silent frames begin");
        }
        require(host.call_process() == 0, "NvMOT_Process failed");
    }
    mark("/silent frames end");
}

}  // namespace

void play_silent_frames(const Stage& stage) { play(stage, "log_level: error\n"); }

// The library's own thread writes the files, and may do what it likes.
void play_silent_frames_with_files(const Stage& stage) {
    const Folder folder;
    play(stage, "log_level: error\nrecord: " + folder.path() +
                    "/rec\nmetrics_file: " + folder.path() + "/metrics.prom\npast_frames: true\n");
}

}  // namespace native
