// The order in which detections are processed, whatever order the host lists them in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/box.hpp"

namespace streamtrack {

// Sorts rows of `detections` by score descending, then box (left, top, width, height), then class,
// then row. Scores spread, so rows are first dealt into buckets by score; then few of them still
// stand behind a row that they precede, and none far.
class CanonicalOrder {
  public:
    void sort(const Detection* detections, std::vector<std::uint32_t>& rows);

  private:
    struct Scored {
        float score;
        std::uint32_t row;
    };
    struct Precedes;

    void deal(float highest, float buckets_per_unit, std::size_t buckets);
    bool buckets_are_small(std::size_t buckets) const;

    std::vector<Scored> given_;
    std::vector<Scored> dealt_;
    std::vector<std::uint32_t> bucket_end_;
};

}  // namespace streamtrack
