// Where a stream's tracks have been, frame by frame, for those who ask for it later: DeepStream's
// past frames and terminated tracks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/track.hpp"

namespace streamtrack {

// One frame of a track's past.
struct PastFrame {
    std::int64_t number;  // Frame::number
    Box box;              // as reported; where it was not, the detection's, or the predicted one
    float score;
    std::uint32_t age;
    TrackState state;
    bool predicted;  // no detection in this frame
    bool told;       // stood in the stream's report, or was handed out since
};

// The frames of one track that are still kept, oldest first.
class Trajectory {
  public:
    Trajectory(PastFrame* ring, std::size_t capacity, std::size_t first, std::size_t size)
        : ring_(ring), capacity_(capacity), first_(first), size_(size) {}
    std::size_t size() const { return size_; }
    PastFrame& operator[](std::size_t k) const { return ring_[(first_ + k) % capacity_]; }
    Trajectory last(std::size_t most) const {
        const std::size_t cut = size_ > most ? size_ - most : 0;
        return {ring_, capacity_, first_ + cut, size_ - cut};
    }
    // Without the frames at the end in which no detection matched.
    Trajectory up_to_last_match() const;

  private:
    PastFrame* ring_;
    std::size_t capacity_, first_, size_;
};

class Trajectories {
  public:
    // Keeps `longest` frames of each track up to the last that matched, and of those since then the
    // first `waiting`, the latest always among them; without this call nothing is kept and nothing
    // costs. With `keep_ended` tracks that ended wait until they are taken, the latest kMostEnded
    // of them.
    void keep(std::size_t longest, std::size_t waiting, bool keep_ended);
    bool is_on() const { return capacity_ > 0; }

    // The stream's tracks after a frame, and those of them that the report has.
    void record(std::vector<Track>& tracks, const std::vector<TrackedObject>& objects,
                const std::vector<std::uint32_t>& reported, std::int64_t number);
    // The track goes. One that was never reported, or of which no match is kept, leaves nothing
    // behind.
    void end(const Track& track);
    // Forgets all frames, as after a restart.
    void clear();

    Trajectory of(const Track& track);

    // Tracks that ended and were not taken yet, in the order of their ends.
    struct Ended {
        std::uint64_t id;
        std::int32_t class_id;
        std::uint32_t slot;
    };
    const std::vector<Ended>& ended() const { return ended_; }
    Trajectory of(const Ended& ended) { return in_slot(ended.slot); }
    // Frees the first `count` of them.
    void take_ended(std::size_t count);

    static constexpr std::size_t kMostEnded = 512;

  private:
    struct Slot {
        std::size_t first = 0;
        std::size_t size = 0;
        std::size_t unmatched = 0;  // frames at the end
    };
    Trajectory in_slot(std::uint32_t slot);
    PastFrame& append(Track& track, bool predicted);

    std::size_t capacity_ = 0;  // frames of a slot
    std::size_t waiting_ = 0;   // those of them that wait for a match
    bool keep_ended_ = false;
    std::vector<Slot> slots_;  // Track::trajectory counts from 1
    std::vector<PastFrame> frames_;
    std::vector<std::uint32_t> free_;
    std::vector<Ended> ended_;
};

}  // namespace streamtrack
