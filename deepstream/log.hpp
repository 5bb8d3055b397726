// Lines on stderr: all that a DeepStream user gets to see of the library.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/settings.hpp"

namespace streamtrack::nvmot {

// Where a line is about. The stream's pad stands beside its id, since the pad is what users know.
struct Place {
    static constexpr std::uint64_t kNoStream = ~std::uint64_t{0};
    std::uint64_t stream = kNoStream;
    std::uint32_t frame = 0;
};

// Writes one line, whole, with a single write(): lines of several threads do not mix. `level` is a
// LogLevel. Allocates nothing.
void write_log(int level, const Place& place, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

// What may happen in every frame, hence is written seldom: the first time, then every ten seconds
// at most, with the number of times it was left out.
enum class Trouble {
    bad_object,
    output_full,
    input_full,
    list_missing,
    frame_refused,
    out_of_memory,
    misc_full,
    kinds,
};

// A context's log. Its methods may be called from several threads.
class Log {
  public:
    explicit Log(int level = LogLevel::warning) : level_(level) {}
    void set_level(int level) { level_.store(level, std::memory_order_relaxed); }
    bool shows(int level) const { return level <= level_.load(std::memory_order_relaxed); }

    // True where a line about this trouble is due now; `left_out` is how many were not written
    // since the last one.
    bool is_due(Trouble trouble, int level, std::uint64_t& left_out);

  private:
    struct Limit {
        std::atomic<std::int64_t> next_second{0};
        std::atomic<std::uint64_t> left_out{0};
    };
    std::atomic<int> level_;
    Limit limits_[static_cast<int>(Trouble::kinds)];
};

}  // namespace streamtrack::nvmot
