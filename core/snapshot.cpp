// A stream's state as bytes: a header, the clock, then the tracks' rows as they lie in memory
// (every platform of the project is 64-bit and little-endian).
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "core/stream_tracker.hpp"

namespace streamtrack {
namespace {

constexpr char kMagic[8] = {'s', 't', 'r', 't', 'r', 'k', '0', '1'};

struct SnapshotHeader {
    char magic[8];
    std::uint64_t track_count;
    double clock;
    std::uint64_t frames;
    std::uint64_t detected_frames;
    double last_timestamp;
    std::int64_t last_number;
    std::uint32_t id_prefix;
    std::uint32_t ids_given;
};

static_assert(std::is_trivially_copyable<Track>::value, "a snapshot is the bytes of its rows");
static_assert(sizeof(Track) == 176 && sizeof(SnapshotHeader) == 64,
              "the snapshot's format changed: give kMagic a new number");

}  // namespace

void StreamTracker::snapshot(std::vector<std::uint8_t>& bytes) const {
    SnapshotHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.track_count = tracks_.size();
    header.clock = clock_;
    header.frames = frames_;
    header.detected_frames = detected_frames_;
    header.last_timestamp = last_timestamp_;
    header.last_number = last_number_;
    header.id_prefix = id_prefix_;
    header.ids_given = ids_given_;
    bytes.resize(sizeof header + tracks_.size() * sizeof(Track));
    std::memcpy(bytes.data(), &header, sizeof header);
    if (!tracks_.empty()) {
        std::memcpy(bytes.data() + sizeof header, tracks_.data(), tracks_.size() * sizeof(Track));
    }
    // Trajectories are not part of it.
    for (std::size_t k = 0; k < tracks_.size() && trajectories_.is_on(); ++k) {
        std::uint8_t* const row = bytes.data() + sizeof header + k * sizeof(Track);
        std::memset(row + offsetof(Track, trajectory), 0, sizeof(Track::trajectory));
    }
}

void StreamTracker::restore(const std::uint8_t* bytes, std::size_t size) {
    SnapshotHeader header;
    if (size < sizeof header || std::memcmp(bytes, kMagic, sizeof kMagic) != 0) {
        throw std::invalid_argument(
            "a snapshot must begin with strtrk01, got other bytes; "
            "make it with this version's snapshot()");
    }
    std::memcpy(&header, bytes, sizeof header);
    if ((size - sizeof header) % sizeof(Track) != 0 ||
        (size - sizeof header) / sizeof(Track) != header.track_count) {
        throw std::invalid_argument(
            "a snapshot must hold as many tracks as its header says, got another size; "
            "it was cut off or changed");
    }
    std::vector<Track> tracks(header.track_count);
    if (!tracks.empty()) {
        std::memcpy(tracks.data(), bytes + sizeof header, tracks.size() * sizeof(Track));
    }
    std::uint64_t last_id = 0;
    for (const Track& track : tracks) {
        if (track.state > TrackState::lost) {
            throw std::invalid_argument(
                "a snapshot's tracks must be tentative, tracked or lost, "
                "got another state; it was cut off or changed");
        }
        last_id = std::max(last_id, track.id);
    }
    for (Track& track : tracks) {
        track.trajectory = 0;
    }
    if (settings_.id_mode == IdMode::sequential) {
        process_id_counter().advance_past(last_id);
    }
    trajectories_.clear();
    tracks_ = std::move(tracks);
    clock_ = header.clock;
    frames_ = header.frames;
    detected_frames_ = header.detected_frames;
    last_timestamp_ = header.last_timestamp;
    last_number_ = header.last_number;
    id_prefix_ = header.id_prefix;
    ids_given_ = header.ids_given;
    objects_.clear();
    reported_.clear();
}

}  // namespace streamtrack
