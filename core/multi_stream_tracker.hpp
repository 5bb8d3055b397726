// Many streams at once: made at their first frame, independent, removable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config.hpp"
#include "core/stream_tracker.hpp"
#include "core/workspace.hpp"

namespace streamtrack {

// A stream's key: DeepStream's stream id, or a number that Python's door gives to a name.
using StreamKey = std::uint64_t;

struct StreamFrame {
    StreamKey stream;
    Frame frame;
    StreamTracker* tracker = nullptr;  // filled by update_batch: its objects() is the report
};

class MultiStreamTracker {
  public:
    explicit MultiStreamTracker(Config config);
    ~MultiStreamTracker();

    // The stream's tracker; made if this is its first frame. `name` is its key in `streams:`.
    StreamTracker& stream(StreamKey key, const std::string& name);
    StreamTracker* find(StreamKey key);
    // Frees the stream's memory; false where there is no such stream.
    bool remove(StreamKey key);

    // One frame of one stream.
    const std::vector<TrackedObject>& update(StreamTracker& tracker, const Frame& frame);
    // One frame each of different streams (all made before by stream()): updates in parallel with
    // up to `threads` threads (0: all cores), then hands out ids in the order given. Same bytes as
    // one by one. Also forgets streams that were idle for max_idle_frames batches.
    void update_batch(StreamFrame* frames, std::size_t count, unsigned threads);

    // Takes new values for every stream; sizes and the like must be as before (Parameter::live).
    void change(Config config);

    const Config& config() const { return config_; }
    std::size_t stream_count() const { return streams_.size(); }

  private:
    struct Stream {
        StreamTracker tracker;
        std::string name;
        std::uint64_t last_batch;
    };
    Config config_;
    std::unordered_map<StreamKey, std::unique_ptr<Stream>> streams_;
    std::uint64_t batches_ = 0;
};

}  // namespace streamtrack
