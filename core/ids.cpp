#include "core/ids.hpp"

#include <chrono>
#include <random>

namespace streamtrack {

void IdCounter::advance_past(std::uint64_t id) {
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    while (last < id && !last_.compare_exchange_weak(last, id, std::memory_order_relaxed)) {
    }
}

IdCounter& process_id_counter() {
    static IdCounter counter;
    return counter;
}

}  // namespace streamtrack
