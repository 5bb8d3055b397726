#include "allocations.hpp"

#include <errno.h>

#include <atomic>
#include <cstddef>
#include <new>

// Who hands out the memory: the C library, or AddressSanitizer in its place.
#ifdef ADDRESS_SANITIZER
#define TRUE_NAME(function) __interceptor_##function
#else
#define TRUE_NAME(function) __libc_##function
#endif

extern "C" {
void* TRUE_NAME(malloc)(std::size_t size);
void* TRUE_NAME(calloc)(std::size_t count, std::size_t size);
void* TRUE_NAME(realloc)(void* block, std::size_t size);
void* TRUE_NAME(memalign)(std::size_t alignment, std::size_t size);
void TRUE_NAME(free)(void* block);
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

void* malloc(std::size_t size) { return is_refused() ? nullptr : counted(TRUE_NAME(malloc)(size)); }
void* calloc(std::size_t count, std::size_t size) {
    return is_refused() ? nullptr : counted(TRUE_NAME(calloc)(count, size));
}
void* realloc(void* block, std::size_t size) {
    if (is_refused()) {
        return nullptr;
    }
    return block == nullptr ? counted(TRUE_NAME(malloc)(size)) : TRUE_NAME(realloc)(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    return is_refused() ? nullptr : counted(TRUE_NAME(memalign)(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    *block = memalign(alignment, size);
    return *block == nullptr ? ENOMEM : 0;
}
void free(void* block) {
    blocks.fetch_sub(block != nullptr ? 1 : 0, std::memory_order_relaxed);
    TRUE_NAME(free)(block);
}

}  // extern "C"

#ifdef ADDRESS_SANITIZER
// It brings operators of its own, which do not ask malloc as those of the C++ library do.
void* operator new(std::size_t size) {
    if (void* const block = malloc(size)) {
        return block;
    }
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
void operator delete(void* block) noexcept { free(block); }
void operator delete[](void* block) noexcept { free(block); }
void operator delete(void* block, std::size_t) noexcept { free(block); }
void operator delete[](void* block, std::size_t) noexcept { free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { free(block); }

// What the dynamic linker keeps is known to it by the linker's own calls, which come from here now.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
    return "leak:_dl_map_object_deps\n";
}
#endif

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
