#include "core/overlap_scan.hpp"

#include <atomic>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/overlap_scan_loop.hpp"

namespace streamtrack {

#if defined(__x86_64__)
// overlap_scan_avx2.cpp, the only file that is compiled for AVX2.
void scan_avx2(const OverlapGrid& grid, const ScanRows& rows, ScanProgress& progress,
               Candidate* candidates);
#endif

namespace {

#if defined(__SSE2__)
struct Lanes {
    static constexpr std::size_t kWidth = 4;
    using Floats = __m128;
    static Floats load(const float* from) { return _mm_loadu_ps(from); }
    static Floats spread(float value) { return _mm_set1_ps(value); }
    // A bit for each lane where a <= b, c <= d, e <= f and g <= h.
    static unsigned lanes_at_most(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f,
                                  Floats g, Floats h) {
        const __m128 x = _mm_and_ps(_mm_cmple_ps(a, b), _mm_cmple_ps(c, d));
        const __m128 y = _mm_and_ps(_mm_cmple_ps(e, f), _mm_cmple_ps(g, h));
        return static_cast<unsigned>(_mm_movemask_ps(_mm_and_ps(x, y)));
    }
};
#elif defined(__aarch64__)
struct Lanes {
    static constexpr std::size_t kWidth = 4;
    using Floats = float32x4_t;
    static Floats load(const float* from) { return vld1q_f32(from); }
    static Floats spread(float value) { return vdupq_n_f32(value); }
    static unsigned lanes_at_most(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f,
                                  Floats g, Floats h) {
        const uint32x4_t x = vandq_u32(vcleq_f32(a, b), vcleq_f32(c, d));
        const uint32x4_t y = vandq_u32(vcleq_f32(e, f), vcleq_f32(g, h));
        static const std::uint32_t kBits[4] = {1, 2, 4, 8};
        return vaddvq_u32(vandq_u32(vandq_u32(x, y), vld1q_u32(kBits)));
    }
};
#else
struct Lanes {
    static constexpr std::size_t kWidth = 1;
    using Floats = float;
    static Floats load(const float* from) { return *from; }
    static Floats spread(float value) { return value; }
    static unsigned lanes_at_most(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f,
                                  Floats g, Floats h) {
        return a <= b && c <= d && e <= f && g <= h ? 1 : 0;
    }
};
#endif

void scan_baseline(const OverlapGrid& grid, const ScanRows& rows, ScanProgress& progress,
                   Candidate* candidates) {
    scan_loop<Lanes>(grid, rows, progress, candidates);
}

InstructionSet best_instruction_set() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        return InstructionSet::avx2;
    }
#endif
    return InstructionSet::baseline;
}

std::atomic<InstructionSet>& chosen() {
    static std::atomic<InstructionSet> set{best_instruction_set()};
    return set;
}

}  // namespace

InstructionSet instruction_set() { return chosen().load(std::memory_order_relaxed); }

bool force_instruction_set(InstructionSet set) {
    if (set == InstructionSet::avx2 && best_instruction_set() != InstructionSet::avx2) {
        return false;
    }
    chosen().store(set);
    return true;
}

Scan scan() {
#if defined(__x86_64__)
    if (instruction_set() == InstructionSet::avx2) {
        return scan_avx2;
    }
#endif
    return scan_baseline;
}

}  // namespace streamtrack
