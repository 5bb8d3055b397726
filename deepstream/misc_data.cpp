#include "deepstream/misc_data.hpp"

#include <algorithm>

#include "deepstream/layout/deepstream_6_4.hpp"

namespace streamtrack::nvmot {
namespace {

// Up to 6.2 nothing says how many past frames the host has room for. NVIDIA's own trackers hand
// out 38 to 51 with their shipped configurations.
constexpr std::size_t kUntoldPastFrames = 32;

// Appends objects to one stream's part of a batch.
class Appender {
  public:
    Appender(const Abi& abi, MiscDataBatch& batch, std::uint64_t stream)
        : abi_(abi), batch_(batch), stream_(stream) {}

    // False where the batch or the stream is full.
    bool append(std::uint64_t id, std::int32_t class_id, const Trajectory& frames) {
        MiscDataStream* const stream = find();
        if (stream == nullptr || stream->list == nullptr ||
            stream->num_filled >= stream->num_allocated ||
            !abi_.write_misc_object(stream->list, stream->num_filled, id, class_id, frames)) {
            return false;
        }
        ++stream->num_filled;
        return true;
    }

    // What the next object says it has room for.
    std::size_t frames_allocated() {
        const MiscDataStream* const stream = find();
        return stream == nullptr || stream->list == nullptr ||
                       stream->num_filled >= stream->num_allocated
                   ? 0
                   : abi_.frames_allocated(stream->list, stream->num_filled);
    }

  private:
    // The stream's part, which an earlier round of the batch may have begun.
    MiscDataStream* find() {
        if (batch_.list == nullptr) {
            return nullptr;
        }
        MiscDataStream* const end = batch_.list + std::min(batch_.num_filled, batch_.num_allocated);
        MiscDataStream* const found = std::find_if(
            batch_.list, end,
            [&](const MiscDataStream& one) { return one.surface_stream_id == stream_; });
        if (found != end) {
            return found;
        }
        if (batch_.num_filled >= batch_.num_allocated) {
            return nullptr;
        }
        MiscDataStream& added = batch_.list[batch_.num_filled++];
        added.surface_stream_id = stream_;
        added.num_filled = 0;
        return &added;
    }

    const Abi& abi_;
    MiscDataBatch& batch_;
    const std::uint64_t stream_;
};

}  // namespace

MiscBatches usable_batches(const Abi& abi, const QueryAnswer& declared, const void* misc) {
    MiscBatches batches{nullptr, nullptr, nullptr};
    const auto* const past_only = static_cast<const deepstream_6_3::TrackerMiscData*>(misc);
    if (declared.past_frames) {
        batches.past = past_only->past_frame_obj_batch;
    }
    if (!abi.has_terminated) {
        return batches;
    }
    const auto* const all = static_cast<const deepstream_6_4::TrackerMiscData*>(misc);
    if (declared.terminated_tracks) {
        batches.terminated = all->terminated_track_batch;
    }
    if (declared.shadow_tracks && !batches.none()) {
        batches.shadow = all->shadow_track_batch;
    }
    return batches;
}

MiscWriter::MiscWriter(const Abi& abi, const QueryAnswer& declared)
    : abi_(abi),
      declared_(declared),
      past_room_(abi.asks_in_process_past
                     ? std::min<std::size_t>(declared.max_shadow_tracking_age, kUntoldPastFrames)
                     : declared.max_shadow_tracking_age) {
    untold_.reserve(2 * declared.max_trajectory);
}

bool MiscWriter::write(const MiscBatches& batches, std::uint64_t stream, StreamTracker& tracker) {
    bool fits = true;
    if (batches.past != nullptr) {
        fits = write_past(*batches.past, stream, tracker) && fits;
    }
    if (batches.terminated != nullptr) {
        fits = write_terminated(*batches.terminated, stream, tracker) && fits;
    }
    if (batches.shadow != nullptr) {
        fits = write_shadow(*batches.shadow, stream, tracker) && fits;
    }
    return fits;
}

// Of every track that is reported in this frame: the earlier frames in which it was not.
bool MiscWriter::write_past(MiscDataBatch& batch, std::uint64_t stream, StreamTracker& tracker) {
    Appender to(abi_, batch, stream);
    for (const Track& track : tracker.tracks()) {
        const Trajectory frames = tracker.trajectories().of(track);
        if (frames.size() == 0 || !frames[frames.size() - 1].told) {
            continue;
        }
        untold_.clear();
        for (std::size_t k = 0; k < frames.size(); ++k) {
            if (!frames[k].told) {
                untold_.push_back(frames[k]);
            }
        }
        if (untold_.empty()) {
            continue;
        }
        const Trajectory untold(untold_.data(), untold_.size(), 0, untold_.size());
        if (!to.append(track.id, track.class_id, untold.last(past_room_))) {
            return false;
        }
        for (std::size_t k = 0; k < frames.size(); ++k) {
            frames[k].told = true;
        }
    }
    return true;
}

// A track's way ends where it was seen last.
bool MiscWriter::write_terminated(MiscDataBatch& batch, std::uint64_t stream,
                                  StreamTracker& tracker) {
    Appender to(abi_, batch, stream);
    Trajectories& trajectories = tracker.trajectories();
    std::size_t written = 0;
    for (const Trajectories::Ended& track : trajectories.ended()) {
        const std::size_t room =
            std::min<std::size_t>(to.frames_allocated(), declared_.max_trajectory);
        const Trajectory frames = trajectories.of(track).up_to_last_match().last(room);
        if (room == 0 || !to.append(track.id, track.class_id, frames)) {
            break;
        }
        ++written;
    }
    const bool fits = written == trajectories.ended().size();
    trajectories.take_ended(written);
    return fits;
}

bool MiscWriter::write_shadow(MiscDataBatch& batch, std::uint64_t stream, StreamTracker& tracker) {
    Appender to(abi_, batch, stream);
    for (const Track& track : tracker.tracks()) {
        if (track.state != TrackState::lost) {
            continue;
        }
        PastFrame now{tracker.last_number(),
                      box_of(track.motion),
                      track.score,
                      track.age,
                      track.state,
                      true,
                      true};
        if (!to.append(track.id, track.class_id, Trajectory(&now, 1, 0, 1))) {
            return false;
        }
    }
    return true;
}

}  // namespace streamtrack::nvmot
