// Scenarios about memory: what is allocated, and what happens when there is none left.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#include <set>

#include "allocations.hpp"
#include "memory_scenarios.hpp"
#include "overheard.hpp"

namespace native {

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = {
        {"out_of_memory", play_out_of_memory},           {"steady_frames", play_steady_frames},
        {"hundred_reloads", play_hundred_reloads},       {"core_frames", play_core_frames},
        {"core_out_of_memory", play_core_out_of_memory}, {"core_snapshots", play_core_snapshots},
        {"core_covariance", play_core_covariance},
    };
    return all;
}

namespace {

// A configuration in which the library writes every file that it can.
std::string config_with_files(const Folder& folder, bool state) {
    return "record: " + folder.path() + "/rec\nmetrics_file: " + folder.path() + "/metrics.prom\n" +
           (state ? "state_file: " + folder.path() + "/state\n" : std::string()) +
           "past_frames: true\nterminated_tracks: true\nshadow_tracks: true\n"
           "max_trajectory: 8\nmax_idle_frames: 3\n";
}

HostOptions options_with(const ConfigFile& config, std::uint32_t batch_size = 4) {
    HostOptions options;
    options.config_path = config.path();
    options.batch_size = batch_size;
    return options;
}

std::int64_t resident_pages() {
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages;
}

std::vector<FrameIn> frames_at(std::uint32_t number, std::size_t size) {
    std::vector<FrameIn> frames;
    for (std::uint32_t pad = 0; pad < 3; ++pad) {
        frames.push_back({stream_of(pad), number, true, crowd(number, size, pad)});
    }
    return frames;
}

std::set<std::uint64_t> play_frames(Host& host, std::uint32_t from, std::uint32_t to,
                                    std::size_t size) {
    std::set<std::uint64_t> ids[3];
    for (std::uint32_t number = from; number < to; ++number) {
        const std::vector<FrameIn> frames = frames_at(number, size);
        const std::vector<FrameOut> out = host.process(frames);
        for (std::size_t k = 0; k < 3; ++k) {
            ids[k].clear();
            check_frame(frames[k], out[k], ids[k]);
        }
    }
    std::set<std::uint64_t> all;
    for (const auto& one : ids) {
        require(one.size() == size, "a walker is not reported");
        all.insert(one.begin(), one.end());
    }
    require(all.size() == 3 * size, "streams share an id");
    return all;
}

using Call = std::function<void(Host&)>;

// Lets `call` fail at its first, second, ... allocation until there are no more. Streams must then
// go on: all walkers are seen, and those known before the failure keep their ids.
std::size_t fail_everywhere(const Stage& stage, const ConfigFile& config, bool for_good,
                            bool keeps_ids, const Call& prepare, const Call& call) {
    const Library library(stage.library);
    for (std::uint64_t failing = 1;; ++failing) {
        Host host(library, stage.version, options_with(config));
        const std::set<std::uint64_t> before = play_frames(host, 0, 3, 12);
        prepare(host);
        bool failed = false;
        {
            const Overheard overheard;
            Allocations allocations(failing, for_good);
            call(host);
            allocations.stop();
            failed = allocations.failed();
            require(!failed || overheard.anything(), "memory ran out without a word");
        }
        const std::set<std::uint64_t> after = play_frames(host, 4, 8, 40);
        require(
            !keeps_ids || std::includes(after.begin(), after.end(), before.begin(), before.end()),
            "a track changed its id because memory ran out");
        if (!failed) {
            return failing - 1;
        }
    }
}

void fail_process(const Stage& stage, const ConfigFile& config, bool for_good) {
    const std::size_t places = fail_everywhere(
        stage, config, for_good, true,
        [](Host& host) {
            std::vector<FrameIn> frames = frames_at(3, 40);
            frames.push_back({stream_of(3), 3, true, crowd(3, 5, 3)});  // it begins
            host.fill(frames);
        },
        [](Host& host) { require(host.call_process() == 0, "NvMOT_Process gave up"); });
    require(places > 10, "a larger crowd needs no memory: nothing was tested");
    std::printf("   NvMOT_Process: %zu allocations failed in turn\n", places);
}

void fail_update_params(const Stage& stage, const ConfigFile& config, bool for_good) {
    const std::string yaml = "track_low_thresh: 0.2\nclasses:\n  1:\n    match_thresh: 0.9\n";
    const std::size_t places = fail_everywhere(
        stage, config, for_good, true, [](Host&) {}, [&](Host& host) { host.update_params(yaml); });
    std::printf("   NvMOT_UpdateParams: %zu allocations failed in turn\n", places);
}

void fail_remove(const Stage& stage, const ConfigFile& config, bool for_good) {
    const std::size_t places = fail_everywhere(
        stage, config, for_good, false, [](Host&) {},
        [](Host& host) { require(host.remove(stream_of(1)) == 0, "NvMOT_RemoveStreams gave up"); });
    std::printf("   NvMOT_RemoveStreams: %zu allocations failed in turn\n", places);
}

std::unique_ptr<Allocations> around_init;
std::uint64_t failing_in_init = 0;
bool init_fails_for_good = false;
bool init_failed = false;

// NvMOT_Init gives a context or none, says so, and keeps nothing of what it began.
void fail_init(const Stage& stage, const ConfigFile& config, bool for_good, bool has_files) {
    const Library library(stage.library);
    HostOptions options = options_with(config);
    {
        Host host(library, stage.version, options);
    }
    options.before_init = [] {
        around_init = std::make_unique<Allocations>(failing_in_init, init_fails_for_good);
    };
    options.after_init = [] {
        around_init->stop();
        init_failed = around_init->failed();
        around_init.reset();
    };
    init_fails_for_good = for_good;
    for (failing_in_init = 1;; ++failing_in_init) {
        const std::int64_t held = Allocations::held();
        bool refused = false;
        bool said = false;
        {
            const Overheard overheard;
            try {
                Host host(library, stage.version, options);
                play_frames(host, 0, 3, 12);
            } catch (const std::runtime_error&) {
                refused = true;
            }
            said = overheard.anything();
        }
        // A file that cannot be written is no reason to refuse, but one to speak.
        require(init_failed == refused || (has_files && said),
                refused ? "refused without a reason" : "failed unnoticed");
        require(!refused || said, "memory ran out without a word");
        // With files a thread runs, whose memory the C library keeps for the next one.
        require(has_files || Allocations::held() <= held, "a failed NvMOT_Init keeps memory");
        if (!init_failed) {
            break;
        }
    }
    require(failing_in_init > 5, "NvMOT_Init needs no memory: nothing was tested");
    std::printf("   NvMOT_Init: %llu allocations failed in turn\n",
                static_cast<unsigned long long>(failing_in_init - 1));
}

void count_in_process(const Stage& stage, const ConfigFile& config) {
    const Library library(stage.library);
    Host host(library, stage.version, options_with(config));
    std::uint64_t allocated = 0;
    for (std::uint32_t number = 0; number < 3000; ++number) {
        std::vector<FrameIn> frames;
        for (std::uint32_t pad = 0; pad < 4; ++pad) {
            const bool full = number < 600;  // the warm-up sees the largest crowd
            frames.push_back(
                {stream_of(pad), number, number % 5 != 4 || full,
                 full ? crowd(number, 60 + number / 7 % 20, pad) : passers_by(number, 60, pad)});
            if (!frames.back().detection_done) {
                frames.back().objects.clear();
            }
        }
        host.fill(frames);
        Allocations allocations;
        const int status = host.call_process();
        const std::uint64_t counted = allocations.stop();
        allocated += number < 1500 ? 0 : counted;
        require(status == 0, "NvMOT_Process failed");
        host.misc();
    }
    std::printf("   1500 batches of 4 frames after the warm-up: %llu allocations\n",
                static_cast<unsigned long long>(allocated));
    require(allocated == 0, "frames allocate");
}

// What is held and resident after a few rounds is still so after a hundred more.
void count_over_reloads(const Stage& stage, const ConfigFile& config) {
    constexpr int kWarmUp = 5, kRounds = 100;
    const HostOptions options = options_with(config);
    reload(stage, options, kWarmUp);
    const std::int64_t held = Allocations::held();
    const std::int64_t resident = resident_pages();
    reload(stage, options, kRounds);
    const auto more = static_cast<long long>(Allocations::held() - held);
    std::printf("   %d loads after %d: %lld more blocks, %lld more pages resident\n", kRounds,
                kWarmUp, more, static_cast<long long>(resident_pages() - resident));
    require(more == 0, "a load leaves memory behind");
}

void fail_each_call(const Stage& stage, const ConfigFile& config, bool for_good, bool has_files) {
    fail_process(stage, config, for_good);
    fail_update_params(stage, config, for_good);
    fail_remove(stage, config, for_good);
    fail_init(stage, config, for_good, has_files);
}

}  // namespace

void play_out_of_memory(const Stage& stage) {
    const ConfigFile plain("log_level: warning\n");
    fail_each_call(stage, plain, false, false);
    fail_each_call(stage, plain, true, false);
    const Folder folder;
    fail_each_call(stage, ConfigFile(config_with_files(folder, true)), false, true);
}

void play_hundred_reloads(const Stage& stage) {
    const Folder folder;
    count_over_reloads(stage, ConfigFile("log_level: error\n"));
    count_over_reloads(stage, ConfigFile("log_level: error\n" + config_with_files(folder, true)));
}

void play_steady_frames(const Stage& stage) {
    const Folder folder;
    count_in_process(stage, ConfigFile("log_level: error\n"));
    count_in_process(stage, ConfigFile("log_level: error\n" + config_with_files(folder, false)));
    // So small that file after file begins, each with the state of all streams.
    count_in_process(stage, ConfigFile("log_level: error\nrecord_max_mb: 1\n" +
                                       config_with_files(folder, false)));
}

}  // namespace native
