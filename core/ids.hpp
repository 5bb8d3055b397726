// Where track ids come from: one thread-safe source for all streams of a process.
#pragma once

#include <atomic>
#include <cstdint>

namespace streamtrack {

// Sequential ids: 1, 2, 3, ... across all streams, contexts and threads of this process.
class IdCounter {
  public:
    std::uint64_t next() { return last_.fetch_add(1, std::memory_order_relaxed) + 1; }
    std::uint64_t last() const { return last_.load(std::memory_order_relaxed); }
    // Ids up to `id` are taken: restored tracks bring them in.
    void advance_past(std::uint64_t id);

  private:
    std::atomic<std::uint64_t> last_{0};
};

// The process's only counter.
IdCounter& process_id_counter();

// `id_mode: unique`: the upper 32 bits of a new stream's ids, different for every stream of every
// process on every host (docs/ids.md has the construction and the odds).
std::uint32_t unique_stream_prefix(std::uint32_t node_id);

}  // namespace streamtrack
