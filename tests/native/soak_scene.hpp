// What 64 cameras see in the soak: crowds that grow and shrink, people who come, hide and go,
// cameras that miss frames, detectors that skip them, and one camera after the other that is
// removed and begins anew. It costs little to make, allocates nothing once it has run, and repeats
// exactly after kRound batches.
#pragma once

#include <cstdint>
#include <vector>

#include "scenarios.hpp"

namespace native {

constexpr std::uint32_t kStreams = 64;
constexpr std::uint32_t kTurn = 300;  // batches from one removal to the next
constexpr std::uint32_t kRound = kTurn * kStreams;

class SoakScene {
  public:
    SoakScene() {
        for (std::uint32_t pad = 0; pad < kStreams; ++pad) {
            streams_[pad] = stream_of(pad);
        }
    }

    // The stream that is to be removed before this batch; kStreams where it is none's turn.
    std::uint32_t leaving(std::uint32_t batch) {
        if (batch < kRound || batch % kTurn != 0) {
            return kStreams;
        }
        ++surface_;  // when it comes again its pad has another surface
        return batch / kTurn % kStreams;
    }
    std::uint64_t stream(std::uint32_t pad) const { return streams_[pad]; }

    // Whether no stream has begun lately: the frames are those of every day.
    bool is_settled(std::uint32_t batch) const { return batch % kTurn >= kAway + kBusyStart; }

    void fill(std::uint32_t batch, std::vector<FrameIn>& frames) {
        frames.resize(kStreams);
        std::size_t count = 0;
        for (std::uint32_t pad = 0; pad < kStreams; ++pad) {
            const bool in_turn = batch >= kRound && batch / kTurn % kStreams == pad;
            const std::uint32_t since = batch % kTurn;
            const bool begins = in_turn && since < kAway + kBusyStart;
            if ((in_turn && since < kAway) || (!begins && (batch + 7 * pad) % 16 == 0)) {
                continue;  // this camera has no frame in this batch
            }
            if (in_turn && since == kAway) {
                streams_[pad] = stream_of(pad, surface_ % 3);
            }
            FrameIn& frame = frames[count++];
            frame.stream = streams_[pad];
            frame.number = batch;
            frame.detection_done = begins || (batch + pad) % 6 != 5;
            frame.objects.clear();
            if (frame.detection_done) {
                add_people(batch + 37 * pad, size_of(batch, pad, begins), frame.objects);
            }
        }
        frames.resize(count);
    }

  private:
    static constexpr std::uint32_t kAway = 40;        // batches without the removed camera
    static constexpr std::uint32_t kBusyStart = 120;  // a new stream sees its largest crowd first
    static constexpr std::uint32_t kLargest = 32;

    // Nobody at night, many at noon; each camera has its own noon.
    static std::uint32_t size_of(std::uint32_t batch, std::uint32_t pad, bool begins) {
        if (begins || batch < 4 * kBusyStart) {
            return kLargest + kLargest / 2;
        }
        const std::uint32_t hour = (batch + kTurn * pad) % kRound;
        const std::uint64_t from_night = hour < kRound / 2 ? hour : kRound - hour;
        return static_cast<std::uint32_t>(4 * kLargest * from_night * from_night / kRound / kRound);
    }

    static void add_people(std::uint32_t time, std::uint32_t size, std::vector<Object>& objects) {
        constexpr std::uint32_t kLife = 400, kSeen = 330, kHide = 16;
        for (std::uint32_t k = 0; k < size; ++k) {
            const std::uint32_t age = (time + 101 * k) % kLife;
            if (age >= kSeen || age / kHide % 8 == 7) {
                continue;  // gone, or hidden for a while
            }
            const auto way = static_cast<float>(k % 2 == 0 ? age : kLife - age);
            const auto lane = static_cast<float>(k);
            objects.push_back({2 * way, 30 * lane, 30 + lane, 60, (time + k) % 5 == 0 ? .3F : .9F,
                               static_cast<std::uint16_t>(k % 3)});
        }
    }

    std::uint64_t streams_[kStreams] = {};
    std::uint32_t surface_ = 0;
};

}  // namespace native
