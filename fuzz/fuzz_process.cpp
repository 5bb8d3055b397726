// NvMOT_Process, the misc data calls and NvMOT_RemoveStreams, played by hostile hosts of every
// generation: the first byte chooses the host and its configuration, the rest is what it says.
#include "hostile_host.hpp"

namespace {

using namespace fuzz;

const char* const kConfigurations[] = {
    "log_level: error\nmax_targets_per_stream: 8\n",
    "log_level: error\nmax_targets_per_stream: 8\npreset: reference\nclass_aware: false\n"
    "motion_time: real\nreport_lost: 5\nreport_tentative: true\nscore_smoothing: 0.5\n"
    "max_idle_frames: 3\nid_mode: unique\npast_frames: true\nterminated_tracks: true\n"
    "shadow_tracks: true\nmax_trajectory: 5\ntrack_buffer: 4\n",
    "log_level: error\nmax_targets_per_stream: 8\nbox_output: kalman\nskipped_frames: hold\n"
    "past_frames: true\nterminated_tracks: true\nshadow_tracks: true\nmax_trajectory: 3\n"
    "track_buffer: 2\nmax_idle_frames: 2\ntrack_high_thresh: 0\ntrack_low_thresh: 0\n"
    "new_track_thresh: 0\nmatch_thresh: 1\n",
};

std::vector<std::unique_ptr<Player>> hosts() {
    std::vector<std::unique_ptr<Player>> all;
    for (const char* yaml : kConfigurations) {
        using G = Generation;
        all.push_back(
            std::make_unique<HostileHost<deepstream_6_0::Layout>>(G::deepstream_6_0, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_6_3::Layout>>(G::deepstream_6_3, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_6_4::Layout>>(G::deepstream_6_4, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_7_0::Layout>>(G::deepstream_7_0, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_8_0::Layout>>(G::deepstream_8_0, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_9_0::Layout>>(G::deepstream_9_0, yaml));
        all.push_back(
            std::make_unique<HostileHost<deepstream_9_1::Layout>>(G::deepstream_9_1, yaml));
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::unique_ptr<Player>> all = hosts();
    Bytes bytes(data, size);
    all[bytes.byte() % all.size()]->play(bytes);
    return 0;
}
