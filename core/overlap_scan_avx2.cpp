// The scan with eight lanes, for x86-64 processors with AVX2. Only this file is compiled for them.
#if defined(__AVX2__)

#include <immintrin.h>

#include "core/overlap_scan_loop.hpp"

namespace streamtrack {
namespace {

struct Lanes {
    static constexpr std::size_t kWidth = 8;
    using Floats = __m256;
    static Floats load(const float* from) { return _mm256_loadu_ps(from); }
    static Floats spread(float value) { return _mm256_set1_ps(value); }
    static unsigned lanes_at_most(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f,
                                  Floats g, Floats h) {
        const __m256 x =
            _mm256_and_ps(_mm256_cmp_ps(a, b, _CMP_LE_OQ), _mm256_cmp_ps(c, d, _CMP_LE_OQ));
        const __m256 y =
            _mm256_and_ps(_mm256_cmp_ps(e, f, _CMP_LE_OQ), _mm256_cmp_ps(g, h, _CMP_LE_OQ));
        return static_cast<unsigned>(_mm256_movemask_ps(_mm256_and_ps(x, y)));
    }
};

}  // namespace

void scan_avx2(const OverlapGrid& grid, const ScanRows& rows, ScanProgress& progress,
               Candidate* candidates) {
    scan_loop<Lanes>(grid, rows, progress, candidates);
}

}  // namespace streamtrack

#endif
