// Stands between the library and the kernel: what changes files fails or ends the process where a
// scenario says so, the clocks show what it says, and the writer's thread hurries. system_calls.cpp
// replaces the functions of the C library for the whole process.
#pragma once

#include <cstdint>

namespace native {

enum class Mishap {
    fails_once,      // ENOSPC, of a write after its first half
    fails_for_good,  // the same, and all that follow
    kills,           // SIGTERM, in the middle of a write
    stalls,          // returns only when the FileMishaps end
};

// From here to its end the calls of all threads that change files are counted: open (to create),
// write, fsync, rename, ftruncate. The `at`-th (from 1) meets a mishap.
class FileMishaps {
  public:
    FileMishaps(Mishap mishap, std::uint64_t at);
    ~FileMishaps();
    FileMishaps(const FileMishaps&) = delete;
    FileMishaps& operator=(const FileMishaps&) = delete;

    bool happened() const;
};

// Seconds pass.
void leap(std::int64_t seconds);
// The wall clock is set to what it truly shows, plus so many seconds.
void set_wall_clock(std::int64_t ahead);
// The wall clock stands still at this Unix time; 0: it runs.
void hold_wall_clock(std::int64_t unix_time);

// Returns when the writer's thread has gone through all that lies before it.
void let_writer_work();

}  // namespace native
