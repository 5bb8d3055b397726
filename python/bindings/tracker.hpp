// The tracker of many streams as Python holds it: streams have names, and one thread at a time.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "frame_batch.hpp"

namespace streamtrack {

class NamedStreamTracker {
  public:
    // `convert` makes arrays of what is none: see FrameInput.
    NamedStreamTracker(const Config& config, BoxFormat format, unsigned threads,
                       nanobind::object convert);

    // One frame of one stream; `timestamp` is None or seconds.
    nanobind::object update(nanobind::handle stream, nanobind::handle boxes,
                            nanobind::handle scores, nanobind::handle classes,
                            nanobind::handle detected, nanobind::handle timestamp);
    // One frame each of several streams, to a dict from the same keys to Tracks: see FrameBatch.
    nanobind::dict update_batch(nanobind::dict frames, nanobind::handle detected,
                                nanobind::handle timestamps);

    bool remove(nanobind::handle stream);
    // In the order of their first frames.
    std::vector<std::string> names();
    nanobind::bytes snapshot(const std::string& name);
    void restore(const std::string& name, nanobind::bytes state);
    // `id_mode: unique`: the upper half of a stream's ids, before its first frame.
    void set_id_prefix(const std::string& name, std::uint32_t prefix);

  private:
    // Refuses a second caller: see docs of MultiStreamTracker.
    class Turn;

    StreamTracker& stream(const std::string& name);
    // The stream of a key as Python gives it; quicker for the key of the last call.
    StreamTracker& stream_of(nanobind::handle key);
    void update_borrowed();
    TrackColumns columns_of(const StreamTracker& tracker, const FrameInput& input) const;
    // Before streams are removed: they are kept at hand in two places.
    void forget_streams();
    // What `max_idle_frames` asks for.
    void forget_idle();

    MultiStreamTracker tracker_;
    BoxFormat format_;
    unsigned threads_;
    nanobind::object convert_;
    std::unordered_map<std::string, StreamKey> keys_;
    StreamKey next_key_ = 1;
    nanobind::object last_key_;  // of the last call to update, while its stream stays
    StreamTracker* last_stream_ = nullptr;
    FrameInput input_;
    FrameBatch batch_;
    std::vector<StreamFrame> frames_;  // those of the batch, for the core
    std::atomic<bool> busy_{false};
};

}  // namespace streamtrack
