// A stream's state as bytes: a header, the clock, then the tracks' rows as they lie in memory
// (every platform of the project is 64-bit and little-endian).
#include <algorithm>
#include <cmath>
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

constexpr double kLatest = 9e15;  // frames: up to here a double tells one from the next
constexpr std::uint64_t kLargestId = 0xfffffffeffffffff;  // leaves room for new ones

bool is_flag(const std::uint8_t* row, std::size_t offset) { return row[offset] <= 1; }

bool is_finite(const Box& box) {
    return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.width) &&
           std::isfinite(box.height);
}

// Whether an update can have left such a row. The bytes come first: a bool that is neither 0 nor 1
// must not be looked at.
bool is_track(const std::uint8_t* row, double clock) {
    if (!is_flag(row, offsetof(Track, expired)) || !is_flag(row, offsetof(Track, removed)) ||
        row[offsetof(Track, state)] > static_cast<std::uint8_t>(TrackState::lost)) {
        return false;
    }
    Track track;
    std::memcpy(&track, row, sizeof track);
    const bool in_time =
        0 <= track.first_seen && track.first_seen <= track.last_seen && track.last_seen <= clock;
    return in_time && is_sound(track.motion) && is_finite(track.last_box) && track.score <= 1 &&
           std::isfinite(track.score);
}

// One id stands for one track, and new ones can follow the largest.
bool are_ids(std::vector<std::uint64_t>& ids) {
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) == ids.end() &&
           (ids.empty() || ids.back() <= kLargestId);
}

static_assert(std::is_trivially_copyable<Track>::value, "a snapshot is the bytes of its rows");
static_assert(sizeof(Track) == 176 && sizeof(SnapshotHeader) == 64,
              "the snapshot's format changed: give kMagic a new number");

}  // namespace

std::size_t StreamTracker::snapshot_size() const {
    return sizeof(SnapshotHeader) + tracks_.size() * sizeof(Track);
}

void StreamTracker::append_snapshot(std::vector<std::uint8_t>& bytes) const {
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
    const std::size_t start = bytes.size();
    bytes.resize(start + snapshot_size());
    std::memcpy(bytes.data() + start, &header, sizeof header);
    std::uint8_t* const rows = bytes.data() + start + sizeof header;
    if (!tracks_.empty()) {
        std::memcpy(rows, tracks_.data(), tracks_.size() * sizeof(Track));
    }
    // Trajectories are not part of it.
    for (std::size_t k = 0; k < tracks_.size() && trajectories_.is_on(); ++k) {
        std::uint8_t* const row = rows + k * sizeof(Track);
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
    std::vector<std::uint64_t> ids;
    bool sound = 0 <= header.clock && header.clock <= kLatest;
    for (std::size_t k = 0; k < tracks.size() && sound; ++k) {
        const std::uint8_t* const row = bytes + sizeof header + k * sizeof(Track);
        sound = is_track(row, header.clock);
        std::memcpy(&tracks[k], row, sound ? sizeof(Track) : 0);
        tracks[k].trajectory = 0;
        if (tracks[k].id != 0) {
            ids.push_back(tracks[k].id);
        }
    }
    if (!sound || !are_ids(ids)) {
        throw std::invalid_argument(
            "a snapshot's tracks must be as an update leaves them, got other values; "
            "it was cut off or changed");
    }
    const std::uint64_t last_id = ids.empty() ? 0 : ids.back();
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
