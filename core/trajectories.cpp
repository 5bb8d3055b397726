#include "core/trajectories.hpp"

#include <algorithm>

namespace streamtrack {

Trajectory Trajectory::up_to_last_match() const {
    std::size_t size = size_;
    while (size > 0 && (*this)[size - 1].predicted) {
        --size;
    }
    return {ring_, capacity_, first_, size};
}

void Trajectories::keep(std::size_t longest, std::size_t waiting, bool keep_ended) {
    constexpr std::size_t kLeastWaiting = 1, kMostWaiting = 1000;
    waiting_ = std::min(std::max(waiting, kLeastWaiting), kMostWaiting);
    capacity_ = longest + waiting_;
    keep_ended_ = keep_ended;
    ended_.reserve(keep_ended ? kMostEnded : 0);
}

void Trajectories::clear() {
    slots_.clear();
    frames_.clear();
    free_.clear();
    ended_.clear();
}

Trajectory Trajectories::in_slot(std::uint32_t slot) {
    const Slot& used = slots_[slot - 1];
    return {frames_.data() + (slot - 1) * capacity_, capacity_, used.first, used.size};
}

Trajectory Trajectories::of(const Track& track) {
    return track.trajectory == 0 ? Trajectory(nullptr, 1, 0, 0) : in_slot(track.trajectory);
}

PastFrame& Trajectories::append(Track& track, bool predicted) {
    if (track.trajectory == 0) {
        if (free_.empty()) {
            frames_.resize(frames_.size() + capacity_);
            slots_.emplace_back();
            free_.reserve(slots_.capacity());
            free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        }
        track.trajectory = free_.back();
        free_.pop_back();
        slots_[track.trajectory - 1] = Slot();
    }
    Slot& slot = slots_[track.trajectory - 1];
    PastFrame* const ring = frames_.data() + (track.trajectory - 1) * capacity_;
    if (predicted && slot.unmatched == waiting_) {
        return ring[(slot.first + slot.size - 1) % capacity_];  // the matched ones must stay
    }
    slot.unmatched = predicted ? slot.unmatched + 1 : 0;
    if (slot.size < capacity_) {
        return ring[(slot.first + slot.size++) % capacity_];
    }
    PastFrame& oldest = ring[slot.first];
    slot.first = (slot.first + 1) % capacity_;
    return oldest;
}

void Trajectories::record(std::vector<Track>& tracks, const std::vector<TrackedObject>& objects,
                          const std::vector<std::uint32_t>& reported, std::int64_t number) {
    for (Track& track : tracks) {
        const bool predicted = track.detection_index < 0;
        if (predicted && track.state == TrackState::tentative) {
            continue;  // it waits where it is while the detector skips
        }
        append(track, predicted) = {number,      predicted ? box_of(track.motion) : track.last_box,
                                    track.score, track.age,
                                    track.state, predicted,
                                    false};
    }
    for (std::size_t k = 0; k < objects.size(); ++k) {
        const Trajectory trajectory = of(tracks[reported[k]]);
        PastFrame& row = trajectory[trajectory.size() - 1];
        row.box = objects[k].box;
        row.told = true;
    }
}

void Trajectories::end(const Track& track) {
    if (track.trajectory == 0) {
        return;
    }
    if (!keep_ended_ || track.id == 0 || of(track).up_to_last_match().size() == 0) {
        free_.push_back(track.trajectory);
        return;
    }
    if (ended_.size() == kMostEnded) {
        take_ended(1);
    }
    ended_.push_back({track.id, track.class_id, track.trajectory});
}

void Trajectories::take_ended(std::size_t count) {
    const auto end = ended_.begin() + static_cast<std::ptrdiff_t>(std::min(count, ended_.size()));
    std::for_each(ended_.begin(), end, [&](const Ended& one) { free_.push_back(one.slot); });
    ended_.erase(ended_.begin(), end);
}

}  // namespace streamtrack
