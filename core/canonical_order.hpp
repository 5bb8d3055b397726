// The order in which detections count where all else is equal, whatever order the host lists them
// in.
#pragma once

#include <cstdint>

#include "core/box.hpp"

namespace streamtrack {

// Compares rows of `detections`: by score descending, then box (left, top, width, height), then
// class, then row. Ties are rare, so nothing is sorted but what has one.
class CanonicalOrder {
  public:
    explicit CanonicalOrder(const Detection* detections) : detections_(detections) {}

    bool operator()(std::uint32_t a, std::uint32_t b) const {
        const Detection& x = detections_[a];
        const Detection& y = detections_[b];
        if (x.score != y.score) {
            return x.score > y.score;
        }
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

  private:
    const Detection* detections_;
};

}  // namespace streamtrack
