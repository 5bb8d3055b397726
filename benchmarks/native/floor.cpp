#include "floor.hpp"

namespace floor_program {
namespace {

constexpr float kHigh = .5F, kLow = .1F, kNew = .6F;
constexpr double kMatch = .8, kSecond = .5, kTentative = .7, kDuplicate = .15;
constexpr int kBuffer = 30;

double square(double x) { return x * x; }

Rect rect_of(const Track& track) {
    const double width = track.mean[2] * track.mean[3], height = track.mean[3];
    const double left = track.mean[0] - width / 2, top = track.mean[1] - height / 2;
    return {left, top, left + width, top + height};
}

Rect rect_of(const Box& box) {
    return {box.left, box.top, double{box.left} + box.width, double{box.top} + box.height};
}

void measure(const Box& box, double* measured) {
    measured[0] = box.left + double{box.width} / 2;
    measured[1] = box.top + double{box.height} / 2;
    measured[2] = double{box.width} / box.height;
    measured[3] = box.height;
}

void predict_one(Track& track) {
    if (track.lost) {
        track.velocity[3] = 0;
    }
    const double noise = square(track.mean[3] / 20), velocity_noise = square(track.mean[3] / 160);
    track.p += 2 * track.c + track.v + noise;
    track.c += track.v;
    track.v += velocity_noise;
    track.aspect_p += 2 * track.aspect_c + track.aspect_v + 1e-4;
    track.aspect_c += track.aspect_v;
    track.aspect_v += 1e-10;
    for (int k = 0; k < 4; ++k) {
        track.mean[k] += track.velocity[k];
    }
}

void narrow(double& p, double& c, double& v, double noise, double& gain, double& velocity_gain) {
    const double spread = p + noise;
    gain = p / spread;
    velocity_gain = c / spread;
    v -= velocity_gain * c;
    c *= noise / spread;
    p *= noise / spread;
}

void correct(Track& track, const Box& box) {
    double measured[4], gain, velocity_gain, aspect_gain, aspect_velocity_gain;
    measure(box, measured);
    narrow(track.p, track.c, track.v, square(track.mean[3] / 20), gain, velocity_gain);
    narrow(track.aspect_p, track.aspect_c, track.aspect_v, 1e-2, aspect_gain, aspect_velocity_gain);
    const double gains[4] = {gain, gain, aspect_gain, gain};
    const double velocity_gains[4] = {velocity_gain, velocity_gain, aspect_velocity_gain,
                                      velocity_gain};
    for (int k = 0; k < 4; ++k) {
        const double innovation = measured[k] - track.mean[k];
        track.mean[k] += gains[k] * innovation;
        track.velocity[k] += velocity_gains[k] * innovation;
    }
}

void drop_taken(std::vector<int>& indices) {
    indices.erase(std::remove(indices.begin(), indices.end(), -1), indices.end());
}

}  // namespace

const std::vector<Report>& Floor::update(const std::vector<Detection>& detections) {
    detections_ = &detections;
    ++frame_;
    high_.clear();
    low_.clear();
    detection_rects_.resize(detections.size());
    for (std::size_t k = 0; k < detections.size(); ++k) {
        const float score = detections[k].score;
        if (score >= kHigh) {
            high_.push_back(static_cast<int>(k));
        } else if (score > kLow) {
            low_.push_back(static_cast<int>(k));
        }
        detection_rects_[k] = rect_of(detections[k].box);
    }
    predict();
    match(pool_, high_, true, kMatch);
    tracked_.clear();
    lost_.clear();
    for (const int k : pool_) {
        (tracks_[k].lost ? lost_ : tracked_).push_back(k);
    }
    match(tracked_, low_, false, kSecond);
    match(tentative_, high_, true, kTentative);
    for (const int k : tentative_) {
        tracks_[k].removed = true;
    }
    for (const int k : tracked_) {
        tracks_[k].lost = true;
        lost_.push_back(k);
    }
    std::sort(high_.begin(), high_.end(), [&](int a, int b) {
        const Detection& x = detections[a];
        const Detection& y = detections[b];
        return x.score != y.score ? x.score > y.score : x.box.left < y.box.left;
    });
    for (const int k : high_) {
        if (detections[k].score >= kNew) {
            start(k);
        }
    }
    remove_duplicates();
    sweep_and_report();
    return report_;
}

void Floor::predict() {
    pool_.clear();
    tentative_.clear();
    seen_.clear();
    track_rects_.resize(tracks_.size());
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        Track& track = tracks_[k];
        track.detection = -1;
        if (track.tentative) {
            tentative_.push_back(static_cast<int>(k));
        } else {
            predict_one(track);
            pool_.push_back(static_cast<int>(k));
        }
        track_rects_[k] = rect_of(track);
    }
}

void Floor::match(Indices& rows, Indices& columns, bool fused, double limit) {
    if (rows.empty() || columns.empty()) {
        return;
    }
    costs_.clear();
    for (const CandidatePair& pair :
         finder_.find(track_rects_, rows, detection_rects_, columns, 1 - limit)) {
        const double score = (*detections_)[columns[pair.column]].score;
        const double cost = 1 - (fused ? pair.iou * score : pair.iou);
        if (cost < limit) {
            costs_.push_back({pair.row, pair.column, cost});
        }
    }
    const std::vector<int>& column_of_row = assignment_.solve(
        costs_, static_cast<int>(rows.size()), static_cast<int>(columns.size()), limit);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        if (column_of_row[k] >= 0) {
            take(rows[k], columns[column_of_row[k]]);
            rows[k] = columns[column_of_row[k]] = -1;
        }
    }
    drop_taken(rows);
    drop_taken(columns);
}

void Floor::take(int index, int detection) {
    Track& track = tracks_[index];
    const Detection& taken = (*detections_)[detection];
    correct(track, taken.box);
    track.box = taken.box;
    track.score = taken.score;
    track.detection = detection;
    track.last_seen = frame_;
    track.tentative = track.lost = false;
    track_rects_[index] = rect_of(track);
    seen_.push_back(index);
}

void Floor::start(int detection) {
    const Detection& begun = (*detections_)[detection];
    Track track{};
    measure(begun.box, track.mean);
    const double height = track.mean[3];
    track.p = square(height / 10);
    track.v = square(height / 16);
    track.aspect_p = 1e-4;
    track.aspect_v = 1e-10;
    track.box = begun.box;
    track.score = begun.score;
    track.detection = detection;
    track.first_seen = track.last_seen = frame_;
    track.tentative = frame_ > 1;
    seen_.push_back(static_cast<int>(tracks_.size()));
    track_rects_.push_back(rect_of(track));
    tracks_.push_back(track);
}

void Floor::remove_duplicates() {
    std::size_t kept = 0;
    for (const int k : lost_) {
        if (frame_ - tracks_[k].last_seen > kBuffer) {
            tracks_[k].removed = true;
        } else {
            lost_[kept++] = k;
        }
    }
    lost_.resize(kept);
    if (lost_.empty()) {
        return;
    }
    for (const CandidatePair& pair :
         finder_.find(track_rects_, lost_, track_rects_, seen_, 1 - kDuplicate)) {
        if (1 - pair.iou < kDuplicate) {
            Track& lost = tracks_[lost_[pair.row]];
            Track& seen = tracks_[seen_[pair.column]];
            const bool longer = seen.last_seen - seen.first_seen > lost.last_seen - lost.first_seen;
            (longer ? lost : seen).removed = true;
        }
    }
}

void Floor::sweep_and_report() {
    report_.clear();
    std::size_t kept = 0;
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        if (tracks_[k].removed) {
            continue;
        }
        if (kept != k) {
            tracks_[kept] = tracks_[k];
        }
        Track& track = tracks_[kept++];
        if (!track.lost && !track.tentative) {
            track.id = track.id != 0 ? track.id : ++last_id_;
            report_.push_back({track.id, track.box, track.score, track.detection});
        }
    }
    tracks_.resize(kept);
}

}  // namespace floor_program
