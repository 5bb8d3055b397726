// The tracker of many streams as Python holds it: streams have names, and one thread at a time.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "frame_input.hpp"

namespace streamtrack {

class NamedStreamTracker {
  public:
    // `convert` makes arrays of what is none: see FrameInput.
    NamedStreamTracker(const Config& config, BoxFormat format, unsigned threads,
                       nanobind::object convert);

    // One frame of one stream.
    nanobind::object update(nanobind::str name, nanobind::handle boxes, nanobind::handle scores,
                            nanobind::handle classes, bool detected, double timestamp);
    // One frame each of several streams: a list of (name, boxes, scores, classes, detected,
    // timestamp) to a list of Tracks. All are checked before any changes.
    nanobind::list update_batch(nanobind::list frames);

    bool remove(const std::string& name);
    // In the order of their first frames.
    std::vector<std::string> names() const;
    nanobind::bytes snapshot(const std::string& name);
    void restore(const std::string& name, nanobind::bytes state);

  private:
    // Refuses a second caller: see docs of MultiStreamTracker.
    class Turn;

    Frame frame_of(const FrameInput& input, bool detected, double timestamp) const;
    StreamTracker& stream(const std::string& name);
    nanobind::object tracks_of(const StreamTracker& tracker, const FrameInput& input) const;
    // What `max_idle_frames` asks for.
    void forget_idle();

    MultiStreamTracker tracker_;
    BoxFormat format_;
    unsigned threads_;
    nanobind::object convert_;
    std::unordered_map<std::string, StreamKey> keys_;
    StreamKey next_key_ = 1;
    std::deque<FrameInput> inputs_;  // one for each frame of a batch; the first serves update
    std::atomic<bool> busy_{false};
};

}  // namespace streamtrack
