// Overlapping pairs without touching the others: boxes bucketed by position, compared eight at
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

struct Rect {
    double left, top, right, bottom;
};

struct CandidatePair {
    int row, column;
    double iou;
};

inline double iou_of(const Rect& a, const Rect& b) {
    const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
    const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    if (width <= 0 || height <= 0) {
        return 0;
    }
    const double both = width * height;
    return both / ((a.right - a.left) * (a.bottom - a.top) +
                   (b.right - b.left) * (b.bottom - b.top) - both);
}

class PairFinder {
  public:
    // Every pair with an IoU above `least`, by row.
    const std::vector<CandidatePair>& find(const std::vector<Rect>& row_rects,
                                           const std::vector<int>& rows,
                                           const std::vector<Rect>& column_rects,
                                           const std::vector<int>& columns, double least) {
        pairs_.clear();
        put(column_rects, columns);
        for (std::size_t k = 0; k < rows.size(); ++k) {
            scan(static_cast<int>(k), row_rects[rows[k]], least - 1e-9);
        }
        return pairs_;
    }

  private:
    // Columns sorted by bands of their centre's y, and in a band by cells of their centre's x.
    void put(const std::vector<Rect>& rects, const std::vector<int>& columns) {
        const std::size_t count = columns.size();
        left_.resize(count + 8);
        top_.resize(count + 8);
        right_.resize(count + 8);
        bottom_.resize(count + 8);
        entry_rect_.resize(count);
        entry_.resize(count);
        bands_ = cells_ = 1;
        if (count >= 64) {
            measure(rects, columns);
        }
        begin_.assign(bands_ * cells_ + 1, 0);
        cell_.resize(count);
        for (std::size_t k = 0; k < count; ++k) {
            const Rect& r = rects[columns[k]];
            cell_[k] = slot((r.top + r.bottom) / 2, y0_, y_scale_, bands_) * cells_ +
                       slot((r.left + r.right) / 2, x0_, x_scale_, cells_);
            ++begin_[cell_[k] + 1];
        }
        for (std::size_t k = 1; k < begin_.size(); ++k) {
            begin_[k] += begin_[k - 1];
        }
        next_.assign(begin_.begin(), begin_.end());
        for (std::size_t k = 0; k < count; ++k) {
            const int at = next_[cell_[k]]++;
            const Rect& r = rects[columns[k]];
            left_[at] = static_cast<float>(r.left);
            top_[at] = static_cast<float>(r.top);
            right_[at] = static_cast<float>(r.right);
            bottom_[at] = static_cast<float>(r.bottom);
            entry_rect_[at] = r;
            entry_[at] = static_cast<int>(k);
        }
    }

    void measure(const std::vector<Rect>& rects, const std::vector<int>& columns) {
        double x1 = -1e300, y1 = -1e300, width = 0;
        x0_ = y0_ = 1e300;
        widest_ = tallest_ = 0;
        for (const int k : columns) {
            const Rect& r = rects[k];
            const double x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
            x0_ = std::min(x0_, x);
            x1 = std::max(x1, x);
            y0_ = std::min(y0_, y);
            y1 = std::max(y1, y);
            width += r.right - r.left;
            widest_ = std::max(widest_, r.right - r.left);
            tallest_ = std::max(tallest_, r.bottom - r.top);
        }
        const double run = 2 * width / (x1 - x0_);
        bands_ = std::max(1, static_cast<int>(run / 8));
        cells_ = std::max(1, static_cast<int>(columns.size()) / bands_);
        x_scale_ = cells_ / (x1 - x0_);
        y_scale_ = bands_ / (y1 - y0_);
    }

    static int slot(double at, double origin, double scale, int slots) {
        return std::max(0, std::min(slots - 1, static_cast<int>((at - origin) * scale)));
    }

    void scan(int row, const Rect& r, double least) {
        int first_band = 0, last_band = 0, first_cell = 0, last_cell = 0;
        if (bands_ * cells_ > 1) {
            const double x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
            const double share = std::max(0.0, .5 - least);
            const double own = least > .5 ? 1 - least : .5;
            const double far_x = own * (r.right - r.left) + share * widest_ + 1e-6;
            const double far_y = own * (r.bottom - r.top) + share * tallest_ + 1e-6;
            first_cell = slot(x - far_x, x0_, x_scale_, cells_);
            last_cell = slot(x + far_x, x0_, x_scale_, cells_);
            first_band = slot(y - far_y, y0_, y_scale_, bands_);
            last_band = slot(y + far_y, y0_, y_scale_, bands_);
        }
        // What shares `least` of its union with the row reaches into the row by as much of its
        // size.
        const double x = least * (r.right - r.left), y = least * (r.bottom - r.top);
        const float edges[4] = {static_cast<float>(r.left + x), static_cast<float>(r.top + y),
                                static_cast<float>(r.right - x), static_cast<float>(r.bottom - y)};
        for (int band = first_band; band <= last_band; ++band) {
            const int end = begin_[band * cells_ + last_cell + 1];
            scan_run(row, r, edges, begin_[band * cells_ + first_cell], end, least);
        }
    }

#if defined(__AVX2__)
    void scan_run(int row, const Rect& r, const float* edges, int begin, int end, double least) {
        const __m256 left = _mm256_set1_ps(edges[0]), top = _mm256_set1_ps(edges[1]);
        const __m256 right = _mm256_set1_ps(edges[2]), bottom = _mm256_set1_ps(edges[3]);
        for (int k = begin; k < end; k += 8) {
            const __m256 x =
                _mm256_and_ps(_mm256_cmp_ps(_mm256_loadu_ps(&left_[k]), right, _CMP_LE_OQ),
                              _mm256_cmp_ps(left, _mm256_loadu_ps(&right_[k]), _CMP_LE_OQ));
            const __m256 y =
                _mm256_and_ps(_mm256_cmp_ps(_mm256_loadu_ps(&top_[k]), bottom, _CMP_LE_OQ),
                              _mm256_cmp_ps(top, _mm256_loadu_ps(&bottom_[k]), _CMP_LE_OQ));
            unsigned mask = static_cast<unsigned>(_mm256_movemask_ps(_mm256_and_ps(x, y)));
            mask &= end - k < 8 ? (1U << (end - k)) - 1 : 255U;
            for (; mask != 0; mask &= mask - 1) {
                compare(row, r, k + __builtin_ctz(mask), least);
            }
        }
    }
#else
    void scan_run(int row, const Rect& r, const float* edges, int begin, int end, double least) {
        for (int k = begin; k < end; ++k) {
            if (left_[k] <= edges[2] && edges[0] <= right_[k] && top_[k] <= edges[3] &&
                edges[1] <= bottom_[k]) {
                compare(row, r, k, least);
            }
        }
    }
#endif

    void compare(int row, const Rect& r, int at, double least) {
        const double iou = iou_of(r, entry_rect_[at]);
        if (iou > least) {
            pairs_.push_back({row, entry_[at], iou});
        }
    }

    std::vector<float> left_, top_, right_, bottom_;
    std::vector<Rect> entry_rect_;
    std::vector<int> entry_, cell_, begin_, next_;
    std::vector<CandidatePair> pairs_;
    int bands_ = 1, cells_ = 1;
    double x0_ = 0, y0_ = 0, x_scale_ = 0, y_scale_ = 0, widest_ = 0, tallest_ = 0;
};

}  // namespace floor_program
