#include "core/canonical_order.hpp"

#include <algorithm>

namespace streamtrack {
namespace {

struct Precedes {
    const Detection* detections;

    bool operator()(std::uint32_t a, std::uint32_t b) const {
        const Detection& x = detections[a];
        const Detection& y = detections[b];
        if (x.score != y.score) {
            return x.score > y.score;
        }
        return by_box(x, y, a < b);
    }

    static bool by_box(const Detection& x, const Detection& y, bool earlier) {
        if (x.box.left != y.box.left) {
            return x.box.left < y.box.left;
        }
        if (x.box.top != y.box.top) {
            return x.box.top < y.box.top;
        }
        if (x.box.width != y.box.width) {
            return x.box.width < y.box.width;
        }
        if (x.box.height != y.box.height) {
            return x.box.height < y.box.height;
        }
        return x.class_id != y.class_id ? x.class_id < y.class_id : earlier;
    }
};

// Falls as the score rises; unknown scores (below 0) come last.
std::uint32_t bucket_of(float score, float buckets) {
    const float place = (1 - score) * buckets;
    return static_cast<std::uint32_t>(place < buckets ? place : buckets);
}

}  // namespace

void CanonicalOrder::sort(const Detection* detections, std::vector<std::uint32_t>& rows) {
    const auto buckets = static_cast<float>(rows.size());
    bucket_end_.assign(rows.size() + 2, 0);
    dealt_.resize(rows.size());
    for (const std::uint32_t row : rows) {
        ++bucket_end_[bucket_of(detections[row].score, buckets) + 1];
    }
    for (std::size_t k = 1; k < bucket_end_.size(); ++k) {
        bucket_end_[k] += bucket_end_[k - 1];
    }
    for (const std::uint32_t row : rows) {
        dealt_[bucket_end_[bucket_of(detections[row].score, buckets)]++] = row;
    }
    std::uint32_t begin = 0;
    for (std::size_t k = 0; k + 1 < bucket_end_.size(); ++k) {
        const std::uint32_t end = bucket_end_[k];
        if (end - begin > 1) {
            std::sort(dealt_.begin() + begin, dealt_.begin() + end, Precedes{detections});
        }
        begin = end;
    }
    rows.swap(dealt_);
}

}  // namespace streamtrack
