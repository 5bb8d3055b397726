// What a context counts about itself, for the metrics file. Written by the thread that the host
// calls from, read by the writer's at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace streamtrack::nvmot {

// Only one thread adds at a time, so a plain store will do: no locked instruction is needed.
class Count {
  public:
    void add(std::uint64_t amount) {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

struct Figures {
    Count streams;
    Count tentative_tracks, tracked_tracks, lost_tracks;
    Count frames, skipped_frames, refused_frames;
    Count detections;
    Count ids_issued;
    Count bad_objects;        // dropped: no tracker can take such a box or score
    Count surplus_objects;    // dropped: more than the host's array holds
    Count unreported_tracks;  // for want of room in the host's output array
    Count failed_calls;       // out of memory
    Count lost_frames;        // missing in the recording: the writer was too slow
    Count unwritten_frames;   // missing in the recording: the file could not be written

    // Seconds in NvMOT_Process: bucket k counts calls of at most kBounds[k]; the last one all.
    static constexpr std::array<double, 12> kBounds{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4,
                                                    1e-3, 2.5e-3, 5e-3, 1e-2, 5e-2,   0.2};
    std::array<Count, kBounds.size() + 1> calls;
    Count nanoseconds;

    void add_call(std::uint64_t duration_ns);
};

}  // namespace streamtrack::nvmot
