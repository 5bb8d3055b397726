// Pairs are looked for once a frame, of all tracks and all detections; the three passes of matching
// take theirs from them.
#include "floor.hpp"

#include <algorithm>
#include <utility>

#include "floor_assignment.hpp"
#include "floor_pairs.hpp"

namespace floor_program {
namespace {

constexpr float kHigh = .5F, kLow = .1F, kNew = .6F;
constexpr double kMatch = .8, kDuplicate = .15;
constexpr int kBuffer = 30;

enum class State : std::uint8_t { tentative, tracked, lost, removed };

// Passes of matching, their limits, and which a pair belongs to: by whether its detection is high
// and by its track's state.
enum Pass { confirmed, second, tentative, none, kPasses };
constexpr double kLimits[kPasses] = {kMatch, .5, .7, -1};
constexpr Pass kPassOf[2][3] = {{none, second, none}, {tentative, confirmed, confirmed}};

struct Track {
    Four mean;      // centre x, centre y, height, aspect
    Four velocity;  // theirs
    // Variance of the position, covariance, variance of the velocity: of x, y and height alike, and
    // of the aspect.
    Two p, c, v;
    std::uint64_t id;
    int first_seen, last_seen;
    Box box;
    float score;
    int detection;  // of this frame, -1: none
    State state;
};

Two squares(double height_share, double aspect) {
    return Two{height_share * height_share, aspect * aspect};
}

Rect rect_of(const Track& track) {
    const double height = track.mean[2] / 2, width = track.mean[3] * height;
    const double x = track.mean[0], y = track.mean[1];
    return Rect{width - x, height - y, x + width, y + height};
}

Rect rect_of(const Box& box) {
    return Rect{-box.left, -box.top, double{box.left} + box.width, double{box.top} + box.height};
}

Four measured(const Box& box) {
    return Four{box.left + double{box.width} / 2, box.top + double{box.height} / 2, box.height,
                double{box.width} / box.height};
}

void predict_one(Track& track) {
    if (track.state == State::lost) {
        track.velocity[2] = 0;
    }
    const double height = track.mean[2];
    const Two velocity_noise = squares(height / 160, 1e-5);
    track.p += 2 * track.c + track.v + squares(height / 20, 1e-2);
    track.c += track.v;
    track.v += velocity_noise;
    track.mean += track.velocity;
}

void correct(Track& track, const Box& box) {
    const Two noise = squares(track.mean[2] / 20, 1e-1);
    const Two share = 1 / (track.p + noise);
    const Two gain = track.p * share, velocity_gain = track.c * share, left = noise * share;
    track.v -= velocity_gain * track.c;
    track.c *= left;
    track.p *= left;
    const Four innovation = measured(box) - track.mean;
    track.mean += Four{gain[0], gain[0], gain[0], gain[1]} * innovation;
    track.velocity +=
        Four{velocity_gain[0], velocity_gain[0], velocity_gain[0], velocity_gain[1]} * innovation;
}

}  // namespace

class Floor::Work {
  public:
    const std::vector<Report>& update(const std::vector<Detection>& detections);

  private:
    using Matches = std::vector<CostPair>;

    void take_detections();
    void predict();
    void find_pairs();
    void keep_open(Pass pass);
    void match(Pass pass);
    void take(Track& track, int detection);
    void sort_tracks();
    void start_tracks();
    void remove_duplicates();
    void sweep_and_report();

    const std::vector<Detection>* detections_ = nullptr;
    std::vector<Track> tracks_;
    std::vector<Report> report_;
    Named columns_;            // the detections that count
    std::vector<char> taken_;  // by detection
    std::vector<int> left_;
    Named rows_;                 // all tracks
    std::vector<State> states_;  // theirs, before they are matched
    Named lost_, seen_;
    PairFinder finder_;
    Matches matches_[kPasses];
    std::size_t counts_[kPasses];
    ComponentAssignment assignment_;
    int frame_ = 0;
    std::uint64_t last_id_ = 0;
};

Floor::Floor() : work_(new Work()) {}
Floor::~Floor() = default;
const std::vector<Report>& Floor::update(const std::vector<Detection>& detections) {
    return work_->update(detections);
}

const std::vector<Report>& Floor::Work::update(const std::vector<Detection>& detections) {
    detections_ = &detections;
    ++frame_;
    take_detections();
    predict();
    find_pairs();
    match(confirmed);
    keep_open(second);
    match(second);
    keep_open(tentative);
    match(tentative);
    start_tracks();
    sort_tracks();
    remove_duplicates();
    sweep_and_report();
    return report_;
}

void Floor::Work::take_detections() {
    const std::size_t count = detections_->size();
    columns_.resize(count + 1);
    taken_.assign(count, 0);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const Detection& detection = (*detections_)[k];
        columns_.put(kept, rect_of(detection.box), k);
        kept += detection.score > kLow ? 1 : 0;
    }
    columns_.resize(kept);
}

void Floor::Work::predict() {
    rows_.resize(tracks_.size());
    states_.resize(tracks_.size());
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        Track& track = tracks_[k];
        track.detection = -1;
        if (track.state != State::tentative) {
            predict_one(track);
        }
        rows_.put(k, rect_of(track), k);
        states_[k] = track.state;
    }
}

// Each pair goes to the one pass that it may matter to, or to none.
void Floor::Work::find_pairs() {
    std::fill(counts_, counts_ + kPasses, 0);
    finder_.find(rows_, columns_, 1 - kMatch, [&](int row, int column, double iou) {
        const float score = (*detections_)[column].score;
        const bool high = score >= kHigh;
        const Pass pass = kPassOf[high][static_cast<int>(states_[row])];
        const double cost = 1 - iou * (high ? score : 1);
        std::size_t& count = counts_[pass];
        if (count == matches_[pass].size()) {
            matches_[pass].resize(2 * count + 64);
        }
        matches_[pass][count] = {row, column, cost};
        count += cost < kLimits[pass] ? 1 : 0;
    });
}

// Keeps the pairs of which nobody is matched yet.
void Floor::Work::keep_open(Pass pass) {
    Matches& pairs = matches_[pass];
    std::size_t kept = 0;
    for (std::size_t k = 0; k < counts_[pass]; ++k) {
        const CostPair pair = pairs[k];
        pairs[kept] = pair;
        kept += (tracks_[pair.row].detection < 0) & (taken_[pair.column] == 0) ? 1 : 0;
    }
    counts_[pass] = kept;
}

void Floor::Work::match(Pass pass) {
    if (counts_[pass] != 0) {
        assignment_.solve(matches_[pass].data(), counts_[pass], tracks_.size(), detections_->size(),
                          kLimits[pass], [&](int row, int column) { take(tracks_[row], column); });
    }
}

void Floor::Work::take(Track& track, int detection) {
    const Detection& taken = (*detections_)[detection];
    taken_[detection] = 1;
    correct(track, taken.box);
    track.box = taken.box;
    track.score = taken.score;
    track.detection = detection;
    track.last_seen = frame_;
    track.state = State::tracked;
}

void Floor::Work::start_tracks() {
    left_.clear();
    for (std::size_t k = 0; k < taken_.size(); ++k) {
        if (taken_[k] == 0 && (*detections_)[k].score >= kNew) {
            left_.push_back(static_cast<int>(k));
        }
    }
    std::sort(left_.begin(), left_.end(), [&](int a, int b) {
        const Detection& x = (*detections_)[a];
        const Detection& y = (*detections_)[b];
        return x.score != y.score ? x.score > y.score : x.box.left < y.box.left;
    });
    for (const int k : left_) {
        const Detection& begun = (*detections_)[k];
        Track track{};
        track.mean = measured(begun.box);
        track.p = squares(track.mean[2] / 10, 1e-2);
        track.v = squares(track.mean[2] / 16, 1e-5);
        track.box = begun.box;
        track.score = begun.score;
        track.detection = k;
        track.first_seen = track.last_seen = frame_;
        track.state = frame_ > 1 ? State::tentative : State::tracked;
        tracks_.push_back(track);
    }
}

// Into those with a detection and those that were lost, which may hide each other.
void Floor::Work::sort_tracks() {
    lost_.resize(tracks_.size());
    seen_.resize(tracks_.size());
    std::size_t lost = 0, seen = 0;
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        Track& track = tracks_[k];
        const Rect rect = rect_of(track);
        if (track.detection < 0) {
            const bool over = track.state == State::tentative || frame_ - track.last_seen > kBuffer;
            track.state = over ? State::removed : State::lost;
        }
        seen_.put(seen, rect, k);
        lost_.put(lost, rect, k);
        seen += track.detection >= 0 ? 1 : 0;
        lost += track.state == State::lost ? 1 : 0;
    }
    lost_.resize(lost);
    seen_.resize(seen);
}

void Floor::Work::remove_duplicates() {
    if (lost_.size() == 0 || seen_.size() == 0) {
        return;
    }
    finder_.find(lost_, seen_, 1 - kDuplicate, [&](int lost_name, int seen_name, double iou) {
        if (1 - iou < kDuplicate) {
            Track& lost = tracks_[lost_name];
            Track& seen = tracks_[seen_name];
            const bool longer = seen.last_seen - seen.first_seen > lost.last_seen - lost.first_seen;
            (longer ? lost : seen).state = State::removed;
        }
    });
}

void Floor::Work::sweep_and_report() {
    report_.resize(tracks_.size());
    std::size_t kept = 0, reported = 0;
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        if (tracks_[k].state == State::removed) {
            continue;
        }
        if (kept != k) {
            tracks_[kept] = tracks_[k];
        }
        Track& track = tracks_[kept++];
        if (track.state == State::tracked) {
            track.id = track.id != 0 ? track.id : ++last_id_;
            report_[reported++] = {track.id, track.box, track.score, track.detection};
        }
    }
    tracks_.resize(kept);
    report_.resize(reported);
}

}  // namespace floor_program
