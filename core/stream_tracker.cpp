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
        return skip(steps, work);
    }
    clock_ += steps;
    ++detected_frames_;
    work.take_detections(frame, settings_);
    predict_all(steps, work);
    // Confirmed tracks, the lost ones too, take high detections first; those still missed, but
    // for the lost ones, may take low ones; then tentative tracks take what high ones are left.
    const bool fused = settings_.fuse_score;
    match(work.pool, work.high, {fused, &ClassSettings::match_thresh}, work);
    set_lost_aside(work);
    match(work.pool, work.low, {false, &ClassSettings::second_match_thresh}, work);
    match(work.tentative, work.high, {fused, &ClassSettings::tentative_match_thresh}, work);

    for (const std::uint32_t k : work.tentative) {
        tracks_[k].removed = true;
    }
    start_tracks(work);
    lose(work);
    remove_duplicates(work);
    sweep_and_report();
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
    if (settings_.motion_time == MotionTime::frames) {
        return false;
    }
    const std::int64_t buffer = settings_.buffer_frames();
    const bool linger = settings_.preset == Preset::reference;
    const std::int64_t last_chance = linger ? std::max<std::int64_t>(buffer, 1) + 2 : buffer + 1;
    return !is_missed_at_most(track, last_chance);
}

// The detector said nothing of this frame: tracks move on, and nobody misses one.
void StreamTracker::skip(double steps, Workspace& work) {
    predict_all(steps, work);
    collect_skipped_report();
}

// Moves every confirmed track on, and sorts the tracks into those that are and the tentative ones.
void StreamTracker::predict_all(double steps, Workspace& work) {
    const Step step = step_of(steps);
    work.track_rectangles.resize(tracks_.size());
    work.pool.resize(tracks_.size());
    work.tentative.resize(tracks_.size());
    Track* const tracks = tracks_.data();
    const std::size_t count = tracks_.size();
    std::size_t confirmed = 0, tentative = 0;
    for (std::uint32_t k = 0; k < count; ++k) {
        Track& track = tracks[k];
        ++track.age;
        track.detection_index = -1;
        track.removed = gap_outlasted_buffer(track);
        if (is_confirmed(track)) {
            if (track.state != TrackState::tracked) {
                keep_height(track.motion);
            }
            predict(track.motion, step);
        }
        work.pool[confirmed] = k;
        work.tentative[tentative] = k;
        confirmed += is_confirmed(track) && !track.removed ? 1 : 0;
        tentative += !is_confirmed(track) && !track.removed ? 1 : 0;
        work.track_rectangles[k] = counted(rectangle_of(track.motion), settings_);
    }
    work.pool.resize(confirmed);
    work.tentative.resize(tentative);
    work.seen.clear();
    work.lost.clear();
}

// Matches tracks to detections at the least total cost; both lists keep those left over.
void StreamTracker::match(std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& columns,
                          const Pass& pass, Workspace& work) {
    if (rows.empty() || columns.empty()) {
        return;
    }
    work.overlaps.find({work.track_rectangles, rows}, {work.rectangles, columns},
                       1 - settings_.highest(pass.limit));
    work.assignment.start(rows.size(), work.overlaps.most_pairs());
    work.overlaps.for_each([&](std::uint32_t row, std::uint32_t column, double iou) {
        const Track& track = tracks_[rows[row]];
        const Detection& detection = work.detections[columns[column]];
        if (settings_.class_aware && detection.class_id != track.class_id) {
            return;
        }
        const double cost = 1 - (pass.fused ? iou * weight_of(detection) : iou);
        const double limit = settings_.of_class(track.class_id).*pass.limit;
        work.assignment.add_pair(row, column, cost, limit);
    });
    work.assignment.solve(columns, work.detections);
    const std::vector<std::uint32_t>& column_of_row = work.assignment.column_of_row();
    std::size_t left = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) {
        if (column_of_row[k] == Assignment::kUnmatched) {
            rows[left++] = rows[k];
            continue;
        }
        std::uint32_t& column = columns[column_of_row[k]];
        take(rows[k], column, work);
        column = kTaken;
    }
    rows.resize(left);
    columns.erase(std::remove(columns.begin(), columns.end(), kTaken), columns.end());
}

void StreamTracker::take(std::uint32_t index, std::uint32_t column, Workspace& work) {
    Track& track = tracks_[index];
    const Detection& detection = work.detections[column];
    correct(track.motion, detection.box);
    track.state = TrackState::tracked;
    track.last_seen = clock_;
    track.last_box = box_to_report(track.motion, detection);
    track.class_id = detection.class_id;
    track.detection_index = static_cast<std::int32_t>(column);
    const bool known = track.score >= 0 && detection.score >= 0;
    const double kept = known ? settings_.score_smoothing : 0;
    track.score = static_cast<float>(kept * track.score + (1 - kept) * detection.score);
    work.track_rectangles[index] = counted(rectangle_of(track.motion), settings_);
    work.seen.push_back(index);
}

// Lost tracks match high detections only.
void StreamTracker::set_lost_aside(Workspace& work) {
    std::size_t kept = 0;
    for (const std::uint32_t k : work.pool) {
        if (tracks_[k].state == TrackState::lost) {
            work.lost.push_back(k);
        } else {
            work.pool[kept++] = k;
        }
    }
    work.pool.resize(kept);
}

Box StreamTracker::box_to_report(const Motion& motion, const Detection& detection) const {
    return settings_.box_output == BoxOutput::detection ? detection.box : box_of(motion);
}

// High detections that nobody took begin tracks, confirmed at once in the stream's first frame.
void StreamTracker::start_tracks(Workspace& work) {
    const bool first = detected_frames_ == 1;
    std::sort(work.high.begin(), work.high.end(), CanonicalOrder(work.detections));
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
        track.detection_index = static_cast<std::int32_t>(column);
        track.age = 1;
        track.state = first ? TrackState::tracked : TrackState::tentative;
        work.seen.push_back(static_cast<std::uint32_t>(tracks_.size()));
        work.track_rectangles.push_back(counted(rectangle_of(track.motion), settings_));
        tracks_.push_back(track);
    }
}

// Tracks that were missed are lost, and lost ones that outlived the buffer go.
void StreamTracker::lose(Workspace& work) {
    const bool reference = settings_.preset == Preset::reference;
    if (reference) {
        remove_expired(work);  // those missed in this frame stay for one more
    }
    for (const std::uint32_t k : work.pool) {
        tracks_[k].state = TrackState::lost;
        // The original never forgets that a track expired, even if it was found again.
        tracks_[k].removed = tracks_[k].expired;
        work.lost.push_back(k);
    }
    if (!reference) {
        remove_expired(work);
    }
    const auto is_removed = [&](std::uint32_t k) { return tracks_[k].removed; };
    work.lost.erase(std::remove_if(work.lost.begin(), work.lost.end(), is_removed),
                    work.lost.end());
}

// Half a frame of grace, since no real clock ticks in whole frames.
bool StreamTracker::is_missed_at_most(const Track& track, std::int64_t frames) const {
    return clock_ - track.last_seen <= static_cast<double>(frames) + 0.5;
}

// In the original, lost tracks that outlived the buffer stay for one more frame, in which they may
// be found again.
void StreamTracker::remove_expired(const Workspace& work) {
    const std::int64_t buffer = settings_.buffer_frames();
    const bool linger = settings_.preset == Preset::reference;
    for (const std::uint32_t k : work.lost) {
        Track& track = tracks_[k];
        if (!is_missed_at_most(track, buffer)) {
            track.removed = track.removed || track.expired || !linger;
            track.expired = true;
        }
    }
}

// A tracked and a lost track on the same object: the one with the longer history stays.
void StreamTracker::remove_duplicates(Workspace& work) {
    if (work.lost.empty()) {
        return;
    }
    const auto history = [](const Track& track) { return track.last_seen - track.first_seen; };
    work.overlaps.find({work.track_rectangles, work.lost}, {work.track_rectangles, work.seen},
                       1 - settings_.duplicate_iou_distance);
    work.overlaps.for_each([&](std::uint32_t row, std::uint32_t column, double iou) {
        Track& lost = tracks_[work.lost[row]];
        Track& track = tracks_[work.seen[column]];
        if (settings_.class_aware && lost.class_id != track.class_id) {
            return;  // a lost car must not hide the truck that stands in its place
        }
        if (1 - iou < settings_.duplicate_iou_distance) {
            (history(track) > history(lost) ? lost : track).removed = true;
        }
    });
}

void StreamTracker::sweep_and_report() {
    make_room_to_report();  // once rows move, nothing may fail
    std::size_t kept = 0;
    for (std::size_t k = 0; k < tracks_.size(); ++k) {
        if (tracks_[k].removed) {
            if (trajectories_.is_on()) {
                trajectories_.end(tracks_[k]);
            }
            continue;
        }
        if (kept != k) {
            tracks_[kept] = tracks_[k];
        }
        report_seen(kept++);
    }
    tracks_.erase(tracks_.begin() + static_cast<std::ptrdiff_t>(kept), tracks_.end());
    close_report();
}

void StreamTracker::make_room_to_report() {
    objects_.resize(tracks_.size());
    reported_.resize(tracks_.size());
    report_size_ = 0;
    any_new_ = false;
}

void StreamTracker::close_report() {
    objects_.resize(report_size_);
    reported_.resize(report_size_);
}

void StreamTracker::add_to_report(std::size_t index, const Box& box) {
    const Track& track = tracks_[index];
    reported_[report_size_] = static_cast<std::uint32_t>(index);
    TrackedObject& object = objects_[report_size_++];  // field by field: no copy has to wait
    object.id = track.id;
    any_new_ |= track.id == 0;
    object.box = box;
    object.score = track.score;
    object.class_id = track.class_id;
    object.detection_index = track.detection_index;
    object.age = track.age;
    object.state = track.state;
}

void StreamTracker::report_seen(std::size_t index) {
    const Track& track = tracks_[index];
    if (track.state == TrackState::lost) {
        if (is_missed_at_most(track, settings_.report_lost)) {
            add_to_report(index, box_of(track.motion));
        }
    } else if (is_confirmed(track) || settings_.report_tentative) {
        add_to_report(index, track.last_box);
    }
}

void StreamTracker::collect_skipped_report() {
    make_room_to_report();
    const bool hold = settings_.skipped_frames == SkippedFrames::hold;
    const bool silent = settings_.skipped_frames == SkippedFrames::silent;
    for (std::size_t k = 0; k < tracks_.size() && !silent; ++k) {
        const Track& track = tracks_[k];
        if (track.state == TrackState::tracked) {
            add_to_report(k, hold ? track.last_box : box_of(track.motion));
        } else if (track.state == TrackState::lost &&
                   is_missed_at_most(track, settings_.report_lost)) {
            add_to_report(k, box_of(track.motion));
        }
    }
    close_report();
}

const std::vector<TrackedObject>& StreamTracker::report() {
    for (std::size_t k = 0; k < objects_.size() && any_new_; ++k) {
        if (objects_[k].id == 0) {
            objects_[k].id = tracks_[reported_[k]].id = next_id();
        }
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
