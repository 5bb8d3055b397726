// The unavoidable work of ByteTrack, written straight: one stream, one class, the default settings,
// no checks, no options, no canonical order. It shows what can be reached; the core must stay
// within 1.5 times its time. It shares nothing with the core but the form of a detection.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/box.hpp"

namespace floor_program {

using streamtrack::Box;
using streamtrack::Detection;

struct Report {
    std::uint64_t id;
    Box box;
    float score;
    int detection;
};

class Floor {
  public:
    Floor();
    ~Floor();
    const std::vector<Report>& update(const std::vector<Detection>& detections);

  private:
    class Work;  // compiled for AVX2, and known to nobody else
    std::unique_ptr<Work> work_;
};

}  // namespace floor_program
