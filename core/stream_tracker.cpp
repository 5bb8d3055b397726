#include "core/stream_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace streamtrack {
namespace {

constexpr std::uint32_t kTaken = Assignment::kUnmatched;
constexpr double kLongestStep = 1e6;  // frames; a clock that jumps further says nothing

bool is_confirmed(const Track& track) { return track.state != TrackState::tentative; }

// An unknown score counts as the highest.
double weight_of(const Detection& detection) { return detection.score < 0 ? 1 : detection.score; }

double iou(double intersection, double area, double other_area) {
    return intersection / (area + other_area - intersection);
}

void erase_taken(std::vector<std::uint32_t>& indices) {
    indices.erase(std::remove(indices.begin(), indices.end(), kTaken), indices.end());
}

}  // namespace

StreamTracker::StreamTracker(Settings settings) : settings_(std::move(settings)) {
    if (settings_.past_frames || settings_.terminated_tracks) {
        trajectories_.keep(static_cast<std::size_t>(settings_.max_trajectory),
                           static_cast<std::size_t>(settings_.buffer_frames()),
                           settings_.terminated_tracks);
    }
}

void StreamTracker::change(Settings settings) { settings_ = std::move(settings); }

void StreamTracker::update(const Frame& frame, Workspace& work) {
    const double steps = steps_to(frame);
    last_timestamp_ = frame.timestamp;
    last_number_ = frame.number;
    ++frames_;
    if (!frame.detected) {
        return skip(steps);
    }
    clock_ += steps;
    ++detected_frames_;
    work.take_detections(frame, settings_);
    predict_all(steps);

    work.pool.clear();
    work.tentative.clear();
    for (std::uint32_t k = 0; k < tracks_.size(); ++k) {
        if (gap_outlasted_buffer(tracks_[k])) {
            tracks_[k].removed = true;
        } else {
            (is_confirmed(tracks_[k]) ? work.pool : work.tentative).push_back(k);
        }
    }
    // Confirmed tracks, the lost ones too, take high detections first; those still missed, but
    // for the lost ones, may take low ones; then tentative tracks take what high ones are left.
    const bool fused = settings_.fuse_score;
    match(work.pool, work.high, {fused, &ClassSettings::match_thresh}, work);
    const auto was_lost = [&](std::uint32_t k) { return tracks_[k].state == TrackState::lost; };
    work.pool.erase(std::remove_if(work.pool.begin(), work.pool.end(), was_lost), work.pool.end());
    match(work.pool, work.low, {false, &ClassSettings::second_match_thresh}, work);
    match(work.tentative, work.high, {fused, &ClassSettings::tentative_match_thresh}, work);

    for (const std::uint32_t k : work.tentative) {
        tracks_[k].removed = true;
    }
    start_tracks(work);
    if (settings_.preset == Preset::reference) {
        remove_expired();
        lose(work.pool);
    } else {
        lose(work.pool);
        remove_expired();
    }
    remove_duplicates(work);
    sweep();
    collect_report();
}

// Frames of motion since the stream's last frame: 1, or what the clock says.
double StreamTracker::steps_to(const Frame& frame) const {
    if (settings_.motion_time == MotionTime::frames || frames_ == 0) {
        return 1;
    }
    double steps = (frame.timestamp - last_timestamp_) * settings_.frame_rate;
    if (std::isnan(steps) && frame.number >= 0 && last_number_ >= 0) {
        steps = static_cast<double>(frame.number - last_number_);
    }
    return steps > 0 && steps <= kLongestStep ? steps : 1;
}

// In real time a stream may fall silent for so long that its tracks are over before anyone missed
// them; frame by frame they are lost first, and remove_expired sees to them.
bool StreamTracker::gap_outlasted_buffer(const Track& track) const {
    const std::int64_t buffer = settings_.buffer_frames();
    const bool linger = settings_.preset == Preset::reference;
    const std::int64_t last_chance = linger ? std::max<std::int64_t>(buffer, 1) + 2 : buffer + 1;
    return settings_.motion_time == MotionTime::real && !is_missed_at_most(track, last_chance);
}

// The detector said nothing of this frame: tracks move on, and nobody misses one.
void StreamTracker::skip(double steps) {
    predict_all(steps);
    collect_skipped_report();
}

void StreamTracker::predict_all(double steps) {
    for (Track& track : tracks_) {
        ++track.age;
        track.detection_index = -1;
        if (!is_confirmed(track)) {
            continue;
        }
        if (track.state != TrackState::tracked) {
            track.motion.height_velocity = 0;
        }
        predict(track.motion, steps);
    }
}

// Matches tracks to detections at the least total cost; both lists keep those left over.
void StreamTracker::match(std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& columns,
                          const Pass& pass, Workspace& work) {
    if (rows.empty() || columns.empty()) {
        return;
    }
    work.column_rectangles.clear();
    for (const std::uint32_t column : columns) {
        work.column_rectangles.push_back(work.rectangles[column]);
    }
    work.overlaps.build(work.column_rectangles);
    work.assignment.start(columns.size());
    for (const std::uint32_t row : rows) {
        add_pairs(tracks_[row], columns, pass, work);
    }
    work.assignment.solve();
    const std::vector<std::uint32_t>& column_of_row = work.assignment.column_of_row();
    for (std::size_t k = 0; k < rows.size(); ++k) {
        if (column_of_row[k] == Assignment::kUnmatched) {
            continue;
        }
        std::uint32_t& column = columns[column_of_row[k]];
        take(tracks_[rows[k]], work.detections[column], work.given_index[column]);
        column = rows[k] = kTaken;
    }
    erase_taken(rows);
    erase_taken(columns);
}

void StreamTracker::add_pairs(const Track& track, const std::vector<std::uint32_t>& columns,
                              const Pass& pass, Workspace& work) const {
    const double limit = settings_.of_class(track.class_id).*pass.limit;
    const Rectangle rectangle = counted(rectangle_of(track.motion), settings_);
    const double area = area_of(rectangle);
    work.assignment.add_row(limit);
    work.overlaps.for_each_overlap(
        rectangle, [&](std::uint32_t k, double intersection, double other_area) {
            const Detection& detection = work.detections[columns[k]];
            if (settings_.class_aware && detection.class_id != track.class_id) {
                return;
            }
            const double similarity = iou(intersection, area, other_area);
            const double cost = 1 - (pass.fused ? similarity * weight_of(detection) : similarity);
            if (cost < limit) {
                work.assignment.add_pair(k, cost);
            }
        });
}

void StreamTracker::take(Track& track, const Detection& detection, std::uint32_t given_index) {
    correct(track.motion, detection.box);
    track.state = TrackState::tracked;
    track.last_seen = clock_;
    track.last_box = box_to_report(track.motion, detection);
    track.class_id = detection.class_id;
    track.detection_index = static_cast<std::int32_t>(given_index);
    const bool known = track.score >= 0 && detection.score >= 0;
    const double kept = known ? settings_.score_smoothing : 0;
    track.score = static_cast<float>(kept * track.score + (1 - kept) * detection.score);
}

Box StreamTracker::box_to_report(const Motion& motion, const Detection& detection) const {
    return settings_.box_output == BoxOutput::detection ? detection.box : box_of(motion);
}

// High detections that nobody took begin tracks, confirmed at once in the stream's first frame.
void StreamTracker::start_tracks(const Workspace& work) {
    const bool first = detected_frames_ == 1;
    tracks_.reserve(tracks_.size() + work.high.size());
    for (const std::uint32_t column : work.high) {
        const Detection& detection = work.detections[column];
        const ClassSettings& thresholds = settings_.of_class(detection.class_id);
        if (detection.score >= 0 &&
            detection.score < static_cast<float>(thresholds.new_track_thresh)) {
            continue;
        }
        Track track{};
        track.motion = start_motion(detection.box);
        track.first_seen = track.last_seen = clock_;
        track.last_box = box_to_report(track.motion, detection);
        track.score = detection.score;
        track.class_id = detection.class_id;
        track.detection_index = static_cast<std::int32_t>(work.given_index[column]);
        track.age = 1;
        track.state = first ? TrackState::tracked : TrackState::tentative;
        tracks_.push_back(track);
    }
}

void StreamTracker::lose(const std::vector<std::uint32_t>& missed) {
    for (const std::uint32_t k : missed) {
        tracks_[k].state = TrackState::lost;
        // The original never forgets that a track expired, even if it was found again.
        tracks_[k].removed = tracks_[k].expired;
    }
}

// Half a frame of grace, since no real clock ticks in whole frames.
bool StreamTracker::is_missed_at_most(const Track& track, std::int64_t frames) const {
    return clock_ - track.last_seen <= static_cast<double>(frames) + 0.5;
}

// Lost tracks that outlived the buffer go. In the original they stay for one more frame, in which
// they may be found again.
void StreamTracker::remove_expired() {
    const std::int64_t buffer = settings_.buffer_frames();
    const bool linger = settings_.preset == Preset::reference;
    for (Track& track : tracks_) {
        if (track.state != TrackState::lost || is_missed_at_most(track, buffer)) {
            continue;
        }
        track.removed = track.removed || track.expired || !linger;
        track.expired = true;
    }
}

// A tracked and a lost track on the same object: the one with the longer history stays.
void StreamTracker::remove_duplicates(Workspace& work) {
    work.lost.clear();
    work.column_rectangles.clear();
    for (std::uint32_t k = 0; k < tracks_.size(); ++k) {
        if (tracks_[k].state == TrackState::lost && !tracks_[k].removed) {
            work.column_rectangles.push_back(counted(rectangle_of(tracks_[k].motion), settings_));
            work.lost.push_back(k);
        }
    }
    if (work.lost.empty()) {
        return;
    }
    work.overlaps.build(work.column_rectangles);
    const auto history = [](const Track& track) { return track.last_seen - track.first_seen; };
    for (Track& track : tracks_) {
        if (track.state == TrackState::lost || track.detection_index < 0) {
            continue;
        }
        const Rectangle rectangle = counted(rectangle_of(track.motion), settings_);
        const double area = area_of(rectangle);
        work.overlaps.for_each_overlap(
            rectangle, [&](std::uint32_t k, double intersection, double other_area) {
                Track& lost = tracks_[work.lost[k]];
                if (settings_.class_aware && lost.class_id != track.class_id) {
                    return;  // a lost car must not hide the truck that stands in its place
                }
                if (1 - iou(intersection, area, other_area) < settings_.duplicate_iou_distance) {
                    (history(track) > history(lost) ? lost : track).removed = true;
                }
            });
    }
}

void StreamTracker::sweep() {
    if (trajectories_.is_on()) {
        for (const Track& track : tracks_) {
            if (track.removed) {
                trajectories_.end(track);
            }
        }
    }
    const auto is_removed = [](const Track& track) { return track.removed; };
    tracks_.erase(std::remove_if(tracks_.begin(), tracks_.end(), is_removed), tracks_.end());
}

void StreamTracker::add_to_report(std::size_t index, const Box& box) {
    const Track& track = tracks_[index];
    objects_.push_back({track.id, box, track.score, track.class_id, track.detection_index,
                        track.age, track.state});
    reported_.push_back(static_cast<std::uint32_t>(index));
}

void StreamTracker::collect_report() {
    objects_.clear();
    reported_.clear();
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        const Track& track = tracks_[k];
        if (track.state == TrackState::lost) {
            if (is_missed_at_most(track, settings_.report_lost)) {
                add_to_report(k, box_of(track.motion));
            }
        } else if (is_confirmed(track) || settings_.report_tentative) {
            add_to_report(k, track.last_box);
        }
    }
}

void StreamTracker::collect_skipped_report() {
    objects_.clear();
    reported_.clear();
    if (settings_.skipped_frames == SkippedFrames::silent) {
        return;
    }
    const bool hold = settings_.skipped_frames == SkippedFrames::hold;
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        const Track& track = tracks_[k];
        if (track.state == TrackState::tracked) {
            add_to_report(k, hold ? track.last_box : box_of(track.motion));
        } else if (track.state == TrackState::lost &&
                   is_missed_at_most(track, settings_.report_lost)) {
            add_to_report(k, box_of(track.motion));
        }
    }
}

const std::vector<TrackedObject>& StreamTracker::report() {
    for (std::size_t k = 0; k < reported_.size(); ++k) {
        Track& track = tracks_[reported_[k]];
        if (track.id == 0) {
            track.id = next_id();
        }
        objects_[k].id = track.id;
    }
    if (trajectories_.is_on()) {
        trajectories_.record(tracks_, objects_, reported_, last_number_);
    }
    return objects_;
}

std::uint64_t StreamTracker::next_id() {
    if (settings_.id_mode == IdMode::sequential) {
        return process_id_counter().next();
    }
    while (id_prefix_ == 0 || ids_given_ >= 0xfffffffe) {
        id_prefix_ = unique_stream_prefix(static_cast<std::uint32_t>(settings_.node_id));
        ids_given_ = 0;
    }
    return std::uint64_t{id_prefix_} << 32 | ++ids_given_;
}

}  // namespace streamtrack
