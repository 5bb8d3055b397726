// The same questions to the core alone, with threads of its own.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <new>
#include <random>
#include <set>

#include "allocations.hpp"
#include "core/multi_stream_tracker.hpp"
#include "memory_scenarios.hpp"

namespace native {

std::vector<Object> passers_by(std::uint32_t number, std::size_t size, unsigned seed) {
    std::vector<Object> objects = crowd(number % 500, size, seed);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < objects.size(); ++k) {
        const std::size_t phase = (number / 7 + k * 13 + seed) % 40;
        if (phase >= 5) {
            objects[kept++] = objects[k];
        }
    }
    objects.resize(kept);
    return objects;
}

namespace {

using streamtrack::Detection;

struct Core {
    streamtrack::MultiStreamTracker tracker{streamtrack::Config()};
    std::vector<std::vector<Detection>> detections = std::vector<std::vector<Detection>>(8);
    std::vector<streamtrack::StreamFrame> frames = std::vector<streamtrack::StreamFrame>(8);

    void fill(std::uint32_t number, std::size_t size) {
        for (unsigned k = 0; k < 8; ++k) {
            detections[k].clear();
            for (const Object& one : passers_by(number, size, k)) {
                detections[k].push_back(
                    {{one.x, one.y, one.width, one.height}, one.score, one.class_id});
            }
            frames[k] = {&tracker.stream(k, std::to_string(k)),
                         {detections[k].data(), detections[k].size()}};
        }
    }
};

void go_on(streamtrack::StreamTracker& tracker, const streamtrack::Frame& frame) {
    streamtrack::Workspace work;
    for (int k = 0; k < 3; ++k) {
        tracker.update(frame, work);
        for (const streamtrack::TrackedObject& object : tracker.report()) {
            require(object.id != 0 && object.id != ~std::uint64_t{0}, "an id is 0 or 2^64-1");
            require(std::isfinite(object.box.left) && std::isfinite(object.score),
                    "a report is not finite");
        }
        for (const streamtrack::Track& track : tracker.tracks()) {
            require(is_sound(track.motion), "a state is not sound");
        }
    }
}

}  // namespace

// Threads of the core allocate nothing either: all blocks of the process are counted.
void play_core_frames(const Stage&) {
    for (const unsigned threads : {1U, 2U}) {
        Core core;
        std::int64_t held = 0;
        std::uint64_t allocated = 0;
        for (std::uint32_t number = 0; number < 3500; ++number) {
            core.fill(number, number < 1500 ? 300 : 100);
            held = number == 2000 ? Allocations::held() : held;
            Allocations allocations;
            // Which thread takes which stream is chance: the one that is watched sees all at first.
            const unsigned now = number < 1500 ? 1 : threads;
            core.tracker.update_batch(core.frames.data(), core.frames.size(), now);
            const std::uint64_t counted = allocations.stop();
            allocated += number < 2000 ? 0 : counted;
        }
        held = Allocations::held() - held;
        std::printf("   %u threads, 1500 batches of 8 frames: %llu allocations, %lld more blocks\n",
                    threads, static_cast<unsigned long long>(allocated),
                    static_cast<long long>(held));
        require(allocated == 0 && held == 0, "frames allocate");
    }
}

// An update that runs out of memory loses its frame and nothing else.
void play_core_out_of_memory(const Stage&) {
    for (const unsigned threads : {1U, 2U}) {
        std::uint64_t failing = 0;
        bool failed = true;
        while (failed) {
            Core core;
            for (std::uint32_t number = 0; number < 4; ++number) {
                core.fill(number, 20);
                core.tracker.update_batch(core.frames.data(), core.frames.size(), 1);
            }
            core.fill(4, 300);
            Allocations allocations(++failing, false);
            try {
                core.tracker.update_batch(core.frames.data(), core.frames.size(), threads);
            } catch (const std::bad_alloc&) {
                failed = true;
            }
            allocations.stop();
            failed = allocations.failed();
            std::set<std::uint64_t> ids;
            std::size_t tracks = 0;
            for (std::uint32_t number = 5; number < 9; ++number) {
                core.fill(number, 300);
                core.tracker.update_batch(core.frames.data(), core.frames.size(), threads);
            }
            for (const auto& frame : core.frames) {
                for (const streamtrack::Track& track : frame.tracker->tracks()) {
                    tracks += track.id != 0 ? 1 : 0;
                    ids.insert(track.id);
                    require(!track.removed, "a removed track lives on");
                }
            }
            ids.erase(0);
            require(ids.size() == tracks && tracks > 1000, "an id stands for two tracks");
        }
        std::printf("   %u threads: %llu allocations failed in turn\n", threads,
                    static_cast<unsigned long long>(failing - 1));
    }
}

// A snapshot that was changed in any one byte is refused, or gives a stream that goes on soundly.
void play_core_snapshots(const Stage&) {
    Core core;
    for (std::uint32_t number = 0; number < 9; ++number) {
        core.fill(number, 12);
        core.tracker.update_batch(core.frames.data(), 1, 1);
    }
    std::vector<std::uint8_t> snapshot;
    core.frames[0].tracker->append_snapshot(snapshot);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < 4 * snapshot.size(); ++at) {
        std::vector<std::uint8_t> spoilt = snapshot;
        constexpr std::uint8_t kValues[] = {0x00, 0x7f, 0x80, 0xff};
        spoilt[at / 4] = kValues[at % 4];
        streamtrack::StreamTracker tracker{streamtrack::Settings()};
        try {
            tracker.restore(spoilt.data(), spoilt.size());
        } catch (const std::invalid_argument&) {
            require(tracker.tracks().empty() && tracker.frames() == 0, "refused, but changed");
            ++refused;
            continue;
        }
        go_on(tracker, core.frames[0].frame);
    }
    std::printf("   %zu changes, %zu refused\n", 4 * snapshot.size(), refused);
    require(refused > 0, "nothing is refused");
}

namespace {

// The textbook's correction: a variance less what the measurement explained, however it is rounded.
void correct_by_the_book(streamtrack::Motion& motion, const streamtrack::Box& box) {
    using streamtrack::Noise;
    const streamtrack::Motion before = motion;
    const streamtrack::Pair noise =
        Noise::squared(Noise::kPosition, before.size[0], Noise::kAspectMeasured);
    correct(motion, box);
    motion.velocity_variance = before.velocity_variance - before.cross_variance /
                                                              (before.position_variance + noise) *
                                                              before.cross_variance;
}

// Boxes of every size that grow, shrink and hide, one frame after the other and after jumps of the
// clock; the number of frames after which the state was not sound, and the filter began anew.
template <class Correct>
std::size_t unsound_frames(std::size_t frames, Correct&& correct_it) {
    std::mt19937 random(5);
    const auto below = [&](std::uint32_t limit) { return random() % limit; };
    float size = 50;
    std::size_t unsound = 0;
    streamtrack::Motion motion = streamtrack::start_motion({0, 0, size, size});
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const bool jumps = below(1000) == 0;
        streamtrack::predict(motion, streamtrack::step_of(jumps ? 1 + below(1'000'000) / 7.0 : 1));
        if (below(100) == 0) {
            size = std::ldexp(1.0F, static_cast<int>(below(60)) - 30);  // 1e-9 to 5e8 pixels
        }
        size *= 1 + (static_cast<float>(below(201)) - 100) / 2000;
        size = std::min(std::max(size, 1e-9F), 1e9F);
        if (below(4) != 0) {
            const float place = static_cast<float>(below(2'000'001)) - 1e6F;
            correct_it(motion, {place, -place, size * (1 + place / 2e6F) + 1e-9F, size});
        }
        if (!is_sound(motion)) {
            ++unsound;
            motion = streamtrack::start_motion({0, 0, size, size});
        }
    }
    return unsound;
}

}  // namespace

// The filter's covariance stays positive definite and its means finite; without what it does
// against rounding, the same frames must show that they can tell.
void play_core_covariance(const Stage&) {
    constexpr std::size_t kFrames = 10'000'000;
    require(unsound_frames(kFrames, streamtrack::correct) == 0, "the filter's state is not sound");
    const std::size_t by_the_book = unsound_frames(kFrames, correct_by_the_book);
    std::printf(
        "   %zu frames, each with a positive definite covariance; by the textbook %zu not\n",
        kFrames, by_the_book);
    require(by_the_book > 0, "no rounding errors: nothing was tested");
}

}  // namespace native
