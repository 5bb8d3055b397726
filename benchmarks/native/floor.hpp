// The unavoidable work of ByteTrack, written straight: one stream, one class, the default settings,
// no checks, no options, no canonical order. It shows what can be reached; the core must stay
// within 1.5 times its time. It shares nothing with the core but the form of a detection.
#pragma once

#include <cstdint>
#include <vector>

#include "core/box.hpp"
#include "floor_assignment.hpp"
#include "floor_pairs.hpp"

namespace floor_program {

using streamtrack::Box;
using streamtrack::Detection;

struct Report {
    std::uint64_t id;
    Box box;
    float score;
    int detection;
};

struct Track {
    double mean[4];      // centre x, centre y, aspect, height
    double velocity[4];  // theirs
    // Variance of the position, covariance, variance of the velocity: of x, y and height alike, and
    // of the aspect.
    double p, c, v, aspect_p, aspect_c, aspect_v;
    std::uint64_t id;
    int first_seen, last_seen;
    Box box;
    float score;
    int detection;
    bool tentative, lost, removed;
};

class Floor {
  public:
    const std::vector<Report>& update(const std::vector<Detection>& detections);

  private:
    using Indices = std::vector<int>;

    void predict();
    void match(Indices& rows, Indices& columns, bool fused, double limit);
    void take(int track, int detection);
    void start(int detection);
    void remove_duplicates();
    void sweep_and_report();

    const std::vector<Detection>* detections_ = nullptr;
    std::vector<Track> tracks_;
    std::vector<Report> report_;
    std::vector<Rect> track_rects_, detection_rects_;
    Indices high_, low_, pool_, tentative_, lost_, seen_, tracked_;
    PairFinder finder_;
    std::vector<CostPair> costs_;
    ComponentAssignment assignment_;
    int frame_ = 0;
    std::uint64_t last_id_ = 0;
};

}  // namespace floor_program
