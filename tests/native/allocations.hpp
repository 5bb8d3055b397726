// Counts this thread's allocations, and lets some of them fail: malloc and its kin of the whole
// process are replaced by allocations.cpp, which asks the C library for the memory, or the address
// sanitizer. Not for valgrind and the thread sanitizer, which replace them too.
#pragma once

#include <cstdint>

namespace native {

// From here to its end allocations of this thread are counted, and may fail.
class Allocations {
  public:
    // Counts only.
    Allocations() : Allocations(0, false) {}
    // The `failing`-th (from 1) fails; with `for_good` those after it too.
    Allocations(std::uint64_t failing, bool for_good);
    ~Allocations() { stop(); }
    Allocations(const Allocations&) = delete;
    Allocations& operator=(const Allocations&) = delete;

    // Ends it early; how many there were.
    std::uint64_t stop();
    // Whether one was made to fail.
    bool failed() const;

    // Blocks that all threads hold now.
    static std::int64_t held();

  private:
    const std::uint64_t failing_;
    std::uint64_t counted_ = 0;
    bool running_ = true;
};

}  // namespace native
