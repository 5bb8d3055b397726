#include "system_calls.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>

namespace {

using native::Mishap;

std::atomic<bool> armed{false};
std::atomic<std::uint64_t> seen{0};
std::atomic<bool> half_written{false};  // the next write fails
Mishap mishap;
std::uint64_t place = 0;

std::atomic<std::int64_t> wall_ahead{0}, monotonic_ahead{0}, wall_held{0};
std::atomic<std::uint64_t> naps{0};

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

[[noreturn]] void die() {
    kill(getpid(), SIGTERM);
    for (;;) {
        pause();  // the writer's thread takes no signals: the process ends through another
    }
}

bool is_hit() {
    const std::uint64_t now = armed ? ++seen : 0;
    while (now != 0 && now == place && mishap == Mishap::stalls && armed) {
        usleep(1000);
    }
    return now != 0 && mishap != Mishap::stalls &&
           (now == place || (now > place && mishap == Mishap::fails_for_good));
}

// For calls that either happen or do not.
bool fails() {
    if (!is_hit()) {
        return false;
    }
    if (mishap == Mishap::kills) {
        die();
    }
    errno = ENOSPC;
    return true;
}

}  // namespace

#pragma GCC visibility push(default)  // the library must find these, not the C library's
extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
    static const auto true_write = real<ssize_t (*)(int, const void*, size_t)>("write");
    if (file <= STDERR_FILENO) {
        return true_write(file, bytes, size);
    }
    if (half_written.exchange(false)) {
        errno = ENOSPC;
        return -1;
    }
    if (!is_hit()) {
        return true_write(file, bytes, size);
    }
    const ssize_t half = true_write(file, bytes, size / 2);
    if (mishap == Mishap::kills) {
        die();
    }
    half_written = true;
    return half;
}

int open(const char* path, int flags, ...) {
    static const auto true_open = real<int (*)(const char*, int, ...)>("open");
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
        if (fails()) {
            return -1;
        }
    }
    return true_open(path, flags, mode);
}

int fsync(int file) { return fails() ? -1 : real<int (*)(int)>("fsync")(file); }
int ftruncate(int file, off_t size) noexcept {
    return fails() ? -1 : real<int (*)(int, off_t)>("ftruncate")(file, size);
}
int rename(const char* from, const char* to) noexcept {
    return fails() ? -1 : real<int (*)(const char*, const char*)>("rename")(from, to);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    static const auto true_clock = real<int (*)(clockid_t, timespec*)>("clock_gettime");
    const int status = true_clock(clock, now);
    if (clock == CLOCK_REALTIME && wall_held != 0) {
        *now = {static_cast<time_t>(wall_held), 0};
    } else {
        now->tv_sec += clock == CLOCK_REALTIME    ? wall_ahead.load()
                       : clock == CLOCK_MONOTONIC ? monotonic_ahead.load()
                                                  : 0;
    }
    return status;
}

// Only the writer's thread naps.
int nanosleep(const timespec*, timespec*) {
    static const auto true_sleep = real<int (*)(const timespec*, timespec*)>("nanosleep");
    ++naps;
    const timespec millisecond = {0, 1'000'000};
    return true_sleep(&millisecond, nullptr);
}

}  // extern "C"
#pragma GCC visibility pop

namespace native {

FileMishaps::FileMishaps(Mishap what, std::uint64_t at) {
    mishap = what;
    place = at;
    seen = 0;
    half_written = false;
    armed = true;
}
FileMishaps::~FileMishaps() { armed = half_written = false; }
bool FileMishaps::happened() const { return seen >= place; }

void leap(std::int64_t seconds) {
    wall_ahead += seconds;
    monotonic_ahead += seconds;
}
void set_wall_clock(std::int64_t ahead) { wall_ahead = ahead; }
void hold_wall_clock(std::int64_t unix_time) { wall_held = unix_time; }

void let_writer_work() {
    static const auto true_sleep = real<int (*)(const timespec*, timespec*)>("nanosleep");
    const timespec millisecond = {0, 1'000'000};
    for (const std::uint64_t before = naps; naps < before + 2;) {  // one may be at work now
        true_sleep(&millisecond, nullptr);
    }
}

}  // namespace native
