// Overlapping pairs without touching the others: columns bucketed by position, compared eight at
// once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace floor_program {

using Two = double __attribute__((vector_size(16)));
using Four = double __attribute__((vector_size(32)));
using FourInts = int __attribute__((vector_size(16)));
using FourLongs = long __attribute__((vector_size(32)));

inline Four smaller(Four a, Four b) { return a < b ? a : b; }
inline Four larger(Four a, Four b) { return a > b ? a : b; }

// -left, -top, right, bottom: what two rectangles share is then the smaller of each.
using Rect = Four;

inline Four halves_swapped(Four a) { return __builtin_shuffle(a, FourLongs{2, 3, 0, 1}); }
// Width and height, and both again.
inline Four sizes_of(Rect rect) { return rect + halves_swapped(rect); }
inline double area_of(Rect rect) {
    const Four size = sizes_of(rect);
    return size[0] * size[1];
}
// x and y of the centre, and both again.
inline Four centres_of(Rect rect) {
    const Four centre = (halves_swapped(rect) - rect) * .5;
    return __builtin_shuffle(centre, FourLongs{0, 1, 0, 1});
}

// Rectangles, and what they are called.
struct Named {
    std::vector<Rect> rects;
    std::vector<double> areas;
    std::vector<int> names;

    std::size_t size() const { return rects.size(); }
    void resize(std::size_t count) {
        rects.resize(count);
        areas.resize(count);
        names.resize(count);
    }
    void put(std::size_t at, Rect rect, std::size_t name) {
        rects[at] = rect;
        areas[at] = area_of(rect);
        names[at] = static_cast<int>(name);
    }
};

// What is not inlined has all registers to itself, and is faster for it.
#define OUT_OF_LINE __attribute__((noinline))

class PairFinder {
  public:
    // Calls visit(row, column, iou) for every pair with an IoU of `least` or more and for some with
    // less, by row.
    template <class Visit>
    void find(const Named& rows, const Named& columns, double least, Visit&& visit) {
        least_ = least;
        put(columns);
        std::size_t found = 0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            if (candidates_.size() < found + columns.size() + 2) {
                candidates_.resize(2 * (found + columns.size()) + 64);
            }
            Candidate* const next = candidates_.data() + found;
            found += scan(static_cast<int>(k), rows.rects[k], next) - next;
        }
        for (std::size_t k = 0; k < found; ++k) {
            const int row = candidates_[k].row, column = columns_[candidates_[k].at];
            // 0 or less where they do not overlap; what lies apart in both directions is not here.
            const double both = area_of(smaller(rows.rects[row], columns.rects[column]));
            const double any = rows.areas[row] + columns.areas[column] - both;
            visit(rows.names[row], columns.names[column], both / any);
        }
    }

  private:
    struct Candidate {
        int row, at;
    };

    // Columns sorted by bands of their centre's y, and in a band by cells of their centre's x.
    OUT_OF_LINE void put(const Named& columns) {
        const std::size_t count = columns.size();
        stride_ = count + 32;
        if (edges_.size() < 4 * stride_) {
            edges_.resize(4 * stride_);
            columns_.resize(stride_);
            cell_.resize(stride_);
        }
        cells_ = bands_ = 1;
        if (count < 64) {
            for (std::size_t k = 0; k < count; ++k) {
                place(columns.rects[k], static_cast<int>(k), k);
            }
            begin_.assign(2, static_cast<int>(count));
            return;
        }
        measure(columns);
        begin_.assign(bands_ * cells_ + 1, 0);
        for (std::size_t k = 0; k < count; ++k) {
            const FourInts slot = slots_of(centres_of(columns.rects[k]));
            cell_[k] = slot[1] * cells_ + slot[0];
            ++begin_[cell_[k]];
        }
        int total = 0;
        for (int& begin : begin_) {
            begin = total += begin;
        }
        for (std::size_t k = count; k-- > 0;) {
            place(columns.rects[k], static_cast<int>(k), --begin_[cell_[k]]);
        }
    }

    void place(Rect rect, int column, std::size_t at) {
        for (int edge = 0; edge < 4; ++edge) {
            edges_[edge * stride_ + at] = static_cast<float>(rect[edge]);
        }
        columns_[at] = column;
    }

    void measure(const Named& columns) {
        Four first = centres_of(columns.rects[0]), last = first, largest{}, sum{};
        for (const Rect& rect : columns.rects) {
            const Four centre = centres_of(rect), size = sizes_of(rect);
            first = smaller(first, centre);
            last = larger(last, centre);
            largest = larger(largest, size);
            sum += size;
        }
        const double across = last[0] - first[0], down = last[1] - first[1];
        bands_ = std::max(1, static_cast<int>(2 * sum[0] / across / 8));
        cells_ = std::max(1, static_cast<int>(columns.size()) / bands_);
        origin_ = first;
        scale_ = Four{cells_ / across, bands_ / down, cells_ / across, bands_ / down};
        last_ = Four{cells_ - 1., bands_ - 1., cells_ - 1., bands_ - 1.};
        reach_ = std::max(0., .5 - least_) * largest + 1e-6;
    }

    FourInts slots_of(Four place) const {
        const Four inside = larger(smaller((place - origin_) * scale_, last_), Four{});
        return __builtin_convertvector(inside, FourInts);
    }

    OUT_OF_LINE Candidate* scan(int row, Rect r, Candidate* next) const {
        const Four size = sizes_of(r);
        const Rect inner = (least_ - 1e-9) * size - r;
        const float edges[4] = {static_cast<float>(inner[0]), static_cast<float>(inner[1]),
                                static_cast<float>(inner[2]), static_cast<float>(inner[3])};
        if (bands_ * cells_ == 1) {
            return scan_run(row, edges, 0, begin_[1], next);
        }
        const Four far = (least_ > .5 ? 1 - least_ : .5) * size + reach_;
        const FourInts window = slots_of(centres_of(r) + Four{-1, -1, 1, 1} * far);
        for (int band = window[1]; band <= window[3]; ++band) {
            const int* const run = begin_.data() + band * cells_;
            next = scan_run(row, edges, run[window[0]], run[window[2] + 1], next);
        }
        return next;
    }

    // A bit for each of eight columns that reach into the row: their edges cross.
    unsigned crossing(std::size_t k, const float* edges) const {
        const float* at = edges_.data() + k;
        const float *left = at, *top = at + stride_, *right = top + stride_;
        const float* bottom = right + stride_;
#if defined(__AVX2__)
        const __m256 x = _mm256_and_ps(
            _mm256_cmp_ps(_mm256_loadu_ps(left), _mm256_set1_ps(edges[2]), _CMP_GE_OQ),
            _mm256_cmp_ps(_mm256_loadu_ps(right), _mm256_set1_ps(edges[0]), _CMP_GE_OQ));
        const __m256 y = _mm256_and_ps(
            _mm256_cmp_ps(_mm256_loadu_ps(top), _mm256_set1_ps(edges[3]), _CMP_GE_OQ),
            _mm256_cmp_ps(_mm256_loadu_ps(bottom), _mm256_set1_ps(edges[1]), _CMP_GE_OQ));
        return static_cast<unsigned>(_mm256_movemask_ps(_mm256_and_ps(x, y)));
#else
        unsigned bits = 0;
        for (int lane = 0; lane < 8; ++lane) {
            const bool crosses = left[lane] >= edges[2] && right[lane] >= edges[0] &&
                                 top[lane] >= edges[3] && bottom[lane] >= edges[1];
            bits |= crosses ? 1U << lane : 0;
        }
        return bits;
#endif
    }

    // Without asking how many columns there are, or how many cross, as far as it goes: neither is
    // what a processor can foresee.
    Candidate* scan_run(int row, const float* edges, int begin, int end, Candidate* next) const {
        for (int k = begin; k < end; k += 16) {
            unsigned bits = crossing(k, edges) | crossing(k + 8, edges) << 8;
            bits &= (1U << std::min(end - k, 16)) - 1;
            while (true) {
                for (int time = 0; time < 2; ++time) {
                    *next = {row, k + __builtin_ctz(bits | 1U << 31)};
                    next += bits != 0 ? 1 : 0;
                    bits &= bits - 1;
                }
                if (bits == 0) {
                    break;
                }
            }
        }
        return next;
    }

    std::vector<float> edges_;  // all of one side, then of the next, by cell
    std::vector<int> columns_;  // by cell
    std::vector<int> cell_, begin_;
    std::vector<Candidate> candidates_;
    std::size_t stride_ = 0;
    double least_ = 0;
    int bands_ = 1, cells_ = 1;
    Four origin_{}, scale_{}, last_{}, reach_{};
};

}  // namespace floor_program
