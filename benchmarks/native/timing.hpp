// How the native benchmarks take time.
#pragma once

#include <time.h>

#include <algorithm>
#include <vector>

namespace timing {

// The thread's own time: other processes interrupt long frames.
inline double microseconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

inline double median(std::vector<double>& times) {
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace timing
