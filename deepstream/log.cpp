#include "deepstream/log.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace streamtrack::nvmot {
namespace {

constexpr std::int64_t kSecondsBetweenLines = 10;
constexpr int kLongestLine = 1024;

const char* name_of(int level) {
    static const char* const names[] = {"error", "warning", "info", "debug"};
    return names[level];
}

int write_head(char* line, int room, int level, const Place& place) {
    if (place.stream == Place::kNoStream) {
        return std::snprintf(line, room, "libByteTracker: %s: ", name_of(level));
    }
    return std::snprintf(line, room,
                         "libByteTracker: %s: stream %llu (pad %u) frame %u: ", name_of(level),
                         static_cast<unsigned long long>(place.stream),
                         static_cast<unsigned>(place.stream >> 32), place.frame);
}

}  // namespace

void write_log(int level, const Place& place, const char* format, ...) {
    char line[kLongestLine];
    int length = write_head(line, kLongestLine, level, place);
    va_list arguments;
    va_start(arguments, format);
    length += std::vsnprintf(line + length, kLongestLine - length, format, arguments);
    va_end(arguments);
    length = std::min(length, kLongestLine - 2);  // what does not fit is cut off
    line[length] = '\n';
    const ssize_t written = ::write(STDERR_FILENO, line, length + 1);
    static_cast<void>(written);  // there is nowhere left to complain
}

bool Log::is_due(Trouble trouble, int level, std::uint64_t& left_out) {
    if (!shows(level)) {
        return false;
    }
    Limit& limit = limits_[static_cast<int>(trouble)];
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    std::int64_t next = limit.next_second.load(std::memory_order_relaxed);
    const auto second = static_cast<std::int64_t>(now.tv_sec);
    if (second < next ||
        !limit.next_second.compare_exchange_strong(next, second + kSecondsBetweenLines)) {
        limit.left_out.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    left_out = limit.left_out.exchange(0, std::memory_order_relaxed);
    return true;
}

}  // namespace streamtrack::nvmot
