#include "core/canonical_order.hpp"

#include <algorithm>

namespace streamtrack {

struct CanonicalOrder::Precedes {
    const Detection* detections;

    bool operator()(const Scored& a, const Scored& b) const {
        return a.score != b.score ? a.score > b.score : by_box(a.row, b.row);
    }

    bool by_box(std::uint32_t a, std::uint32_t b) const {
        const Detection& x = detections[a];
        const Detection& y = detections[b];
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
        return x.class_id != y.class_id ? x.class_id < y.class_id : a < b;
    }
};

void CanonicalOrder::sort(const Detection* detections, std::vector<std::uint32_t>& rows) {
    if (rows.size() < 2) {
        return;
    }
    given_.resize(rows.size());
    float highest = detections[rows[0]].score;
    float lowest = highest;
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const float score = detections[rows[k]].score;
        given_[k] = {score, rows[k]};
        highest = std::max(highest, score);
        lowest = std::min(lowest, score);
    }
    const std::size_t buckets = 2 * rows.size();
    const float per_unit = static_cast<float>(buckets - 1) / (highest - lowest);
    const Precedes precedes{detections};
    dealt_.resize(rows.size());
    if (per_unit < 1e9F) {
        deal(highest, per_unit, buckets);
    } else {  // hardly any spread
        dealt_.swap(given_);
    }
    if (per_unit < 1e9F && buckets_are_small(buckets)) {
        for (std::size_t k = 1; k < dealt_.size(); ++k) {
            const Scored moved = dealt_[k];
            std::size_t to = k;
            for (; to > 0 && precedes(moved, dealt_[to - 1]); --to) {
                dealt_[to] = dealt_[to - 1];
            }
            dealt_[to] = moved;
        }
    } else {
        std::sort(dealt_.begin(), dealt_.end(), precedes);
    }
    for (std::size_t k = 0; k < rows.size(); ++k) {
        rows[k] = dealt_[k].row;
    }
}

// Counting sort by bucket: count, add up, place.
void CanonicalOrder::deal(float highest, float per_unit, std::size_t buckets) {
    const auto bucket_of = [=](const Scored& scored) {
        return static_cast<std::size_t>(
            static_cast<std::int32_t>((highest - scored.score) * per_unit));
    };
    bucket_end_.assign(buckets + 1, 0);
    for (const Scored& scored : given_) {
        ++bucket_end_[bucket_of(scored) + 1];
    }
    std::uint32_t total = 0;
    for (std::uint32_t& end : bucket_end_) {
        total += end;
        end = total;
    }
    for (const Scored& scored : given_) {
        dealt_[bucket_end_[bucket_of(scored)]++] = scored;
    }
}

bool CanonicalOrder::buckets_are_small(std::size_t buckets) const {
    constexpr std::uint32_t kSmall = 32;
    std::uint32_t begin = 0;
    bool small = true;
    for (std::size_t k = 0; k < buckets; ++k) {
        small &= bucket_end_[k] - begin <= kSmall;
        begin = bucket_end_[k];
    }
    return small;
}

}  // namespace streamtrack
