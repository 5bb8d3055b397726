// The order in which detections are processed, whatever order the host lists them in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/box.hpp"

namespace streamtrack {

// Sorts rows of `detections` by score descending, then box (left, top, width, height), then class,
// then row. Scores spread well over [0, 1], so they are first dealt into buckets and the few rows
// of each bucket are then compared.
class CanonicalOrder {
  public:
    void sort(const Detection* detections, std::vector<std::uint32_t>& rows);

  private:
    std::vector<std::uint32_t> bucket_end_;
    std::vector<std::uint32_t> dealt_;
};

}  // namespace streamtrack
