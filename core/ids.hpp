// Where track ids come from: one thread-safe source for all streams of a process.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

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

// `id_mode: unique`: the upper 32 bits of a new stream's ids, different for every stream.
//
// With a node id (1 to 127, one for each process that runs at the same time): 7 bits of it, then 25
// bits that count units of 8 seconds since 2025. A process takes the present unit, or the next one
// after its last; so nothing repeats for 8.5 years, across restarts too, as long as a node opens no
// more than one stream each 8 seconds on the average of its life and its clock does not go back.
// The clock need not be trusted where the last unit is kept: see unique_prefix_units.
// Without (0): a random start in 32 bits, then counting. Two runs of s streams each share a value
// with odds of about 2 s / 2^32: one in 33 million for 64 streams.
std::uint32_t unique_stream_prefix(std::uint32_t node_id);

// The same as a plain value, for tests and simulations: time and chance come from the caller.
class PrefixSequence {
  public:
    // `seconds`: since 2025-01-01 UTC; `random_start`: used without a node id.
    std::uint32_t next(std::uint32_t node_id, std::uint64_t seconds, std::uint32_t random_start);
    // Units up to here, counted since 2025, are taken by streams with a node id.
    std::uint64_t units() const { return next_unit_; }
    void advance_to(std::uint64_t units);

  private:
    bool has_random_ = false;
    std::uint32_t last_random_ = 0;
    std::uint64_t next_unit_ = 0;
};

// All that must not begin anew while the process runs.
struct ProcessIds {
    IdCounter counter;
    std::mutex mutex;  // guards `prefixes`
    PrefixSequence prefixes;
};

// From now on ids come from here, before the first one is given: a door that can be unloaded keeps
// them in memory that stays.
void use_process_ids(ProcessIds& ids);

// Of this process: the units that its node has used, for a file that outlives it, and from it.
std::uint64_t unique_prefix_units();
void advance_unique_prefixes(std::uint64_t units);

}  // namespace streamtrack
