#include "core/ids.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace streamtrack {
namespace {

std::atomic<ProcessIds*>& ids_in_use() {
    static ProcessIds own;
    static std::atomic<ProcessIds*> ids{&own};
    return ids;
}

ProcessIds& process_ids() { return *ids_in_use().load(std::memory_order_relaxed); }

}  // namespace

void use_process_ids(ProcessIds& ids) { ids_in_use().store(&ids); }

void IdCounter::advance_past(std::uint64_t id) {
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    while (last < id && !last_.compare_exchange_weak(last, id, std::memory_order_relaxed)) {
    }
}

IdCounter& process_id_counter() { return process_ids().counter; }

std::uint32_t PrefixSequence::next(std::uint32_t node_id, std::uint64_t seconds,
                                   std::uint32_t random_start) {
    constexpr std::uint32_t kUnitBits = 25;
    constexpr std::uint32_t kUnits = 1U << kUnitBits;
    constexpr std::uint64_t kSecondsPerUnit = 8;
    if (node_id == 0) {
        last_random_ = has_random_ ? last_random_ + 1 : random_start;
        has_random_ = true;
        return last_random_;
    }
    const std::uint64_t unit = std::max(next_unit_, seconds / kSecondsPerUnit);
    next_unit_ = unit + 1;
    return node_id << kUnitBits | static_cast<std::uint32_t>(unit % kUnits);
}

void PrefixSequence::advance_to(std::uint64_t units) { next_unit_ = std::max(next_unit_, units); }

std::uint64_t unique_prefix_units() {
    ProcessIds& ids = process_ids();
    const std::lock_guard<std::mutex> lock(ids.mutex);
    return ids.prefixes.units();
}

void advance_unique_prefixes(std::uint64_t units) {
    ProcessIds& ids = process_ids();
    const std::lock_guard<std::mutex> lock(ids.mutex);
    ids.prefixes.advance_to(units);
}

std::uint32_t unique_stream_prefix(std::uint32_t node_id) {
    constexpr std::int64_t kStartOf2025 = 1735689600;  // Unix time
    const auto unix_time = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    const std::int64_t seconds = std::max<std::int64_t>(unix_time.count() - kStartOf2025, 0);
    const std::uint32_t chance = node_id == 0 ? std::random_device{}() : 0;
    ProcessIds& ids = process_ids();
    const std::lock_guard<std::mutex> lock(ids.mutex);
    return ids.prefixes.next(node_id, static_cast<std::uint64_t>(seconds), chance);
}

}  // namespace streamtrack
