#include "allocations.hpp"

#include <errno.h>

#include <atomic>
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

thread_local bool watching = false;
thread_local std::uint64_t seen = 0;
thread_local std::uint64_t first_failing = 0;
thread_local bool fails_for_good = false;
std::atomic<std::int64_t> blocks{0};

bool is_refused() {
    if (!watching) {
        return false;
    }
    ++seen;
    const bool fails =
        first_failing != 0 && (seen == first_failing || (fails_for_good && seen > first_failing));
    if (fails) {
        errno = ENOMEM;
    }
    return fails;
}

void* counted(void* block) {
    blocks.fetch_add(block != nullptr ? 1 : 0, std::memory_order_relaxed);
    return block;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return is_refused() ? nullptr : counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) {
    return is_refused() ? nullptr : counted(__libc_calloc(count, size));
}
void* realloc(void* block, std::size_t size) {
    if (is_refused()) {
        return nullptr;
    }
    return block == nullptr ? counted(__libc_malloc(size)) : __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    return is_refused() ? nullptr : counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    *block = memalign(alignment, size);
    return *block == nullptr ? ENOMEM : 0;
}
void free(void* block) {
    blocks.fetch_sub(block != nullptr ? 1 : 0, std::memory_order_relaxed);
    __libc_free(block);
}

}  // extern "C"

namespace native {

Allocations::Allocations(std::uint64_t failing, bool for_good) : failing_(failing) {
    seen = 0;
    first_failing = failing;
    fails_for_good = for_good;
    watching = true;
}

std::uint64_t Allocations::stop() {
    if (running_) {
        running_ = watching = false;
        counted_ = seen;
    }
    return counted_;
}

bool Allocations::failed() const { return failing_ != 0 && counted_ >= failing_; }

std::int64_t Allocations::held() { return blocks.load(std::memory_order_relaxed); }

}  // namespace native
