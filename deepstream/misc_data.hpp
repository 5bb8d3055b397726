// What NvMOT calls misc data: the past frames of tracks that are reported only now, tracks that
// ended, and lost tracks ("shadow").
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/stream_tracker.hpp"
#include "deepstream/abi.hpp"

namespace streamtrack::nvmot {

// The host's buffers that may be written to; nullptr for the others.
struct MiscBatches {
    MiscDataBatch* past;
    MiscDataBatch* terminated;
    MiscDataBatch* shadow;
    bool none() const { return past == nullptr && terminated == nullptr && shadow == nullptr; }
};

// The buffers of NvMOT_RetrieveMiscData. Hosts leave pointers uninitialised that the query did not
// declare, and the shadow tracks' one where they have no buffers at all.
MiscBatches usable_batches(const Abi& abi, const QueryAnswer& declared, const void* misc);

class MiscWriter {
  public:
    MiscWriter(const Abi& abi, const QueryAnswer& declared);

    // Appends what one stream has to say of the frame it had just now. False where something did
    // not fit: past frames and terminated tracks are kept for the stream's next frame.
    bool write(const MiscBatches& batches, std::uint64_t stream, StreamTracker& tracker);

  private:
    bool write_past(MiscDataBatch& batch, std::uint64_t stream, StreamTracker& tracker);
    bool write_terminated(MiscDataBatch& batch, std::uint64_t stream, StreamTracker& tracker);
    bool write_shadow(MiscDataBatch& batch, std::uint64_t stream, StreamTracker& tracker);

    const Abi& abi_;
    const QueryAnswer declared_;
    const std::size_t past_room_;    // frames of an object
    std::vector<PastFrame> untold_;  // of the track at hand
};

}  // namespace streamtrack::nvmot
