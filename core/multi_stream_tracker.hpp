// Many streams at once: made at their first frame, independent, removable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "core/stream_tracker.hpp"
#include "core/workers.hpp"
#include "core/workspace.hpp"

namespace streamtrack {

// A stream's key: DeepStream's stream id, or a number that Python's door gives to a name.
using StreamKey = std::uint64_t;

struct StreamFrame {
    StreamTracker* tracker;  // from MultiStreamTracker::stream(); its objects() is the report
    Frame frame;
};

class MultiStreamTracker {
  public:
    // Throws ConfigError where values contradict each other.
    explicit MultiStreamTracker(Config config);

    // The stream's tracker, made if there is none; it stays where it is until it is removed.
    // `name` is the stream's key in the configuration's `streams:`.
    StreamTracker& stream(StreamKey key, const std::string& name);
    StreamTracker* find(StreamKey key);
    // Frees what the stream holds; false where there is no such stream.
    bool remove(StreamKey key);

    // One frame each of different streams: updates with up to `threads` threads (0: one a core),
    // then gives out ids in the order of `frames`. The same bytes as one after the other.
    void update_batch(const StreamFrame* frames, std::size_t count, unsigned threads);

    // Calls work(k) for every k in [0, count), on up to `threads` threads where the frames of
    // `detections` are to be gone through: what doors do beside update_batch.
    void share_out(std::size_t count, std::size_t detections, unsigned threads,
                   const std::function<void(std::size_t)>& work);

    // Takes new values for every stream and the streams to come. Throws ConfigError, and changes
    // nothing, where a value differs that cannot change while streams run (Parameter::live).
    void change(Config config);

    // Removes the streams that had no frame in the last `max_idle_frames` batches and returns
    // their keys.
    std::vector<StreamKey> remove_idle();

    const Config& config() const { return config_; }
    const Settings& settings() const { return settings_; }  // of no stream in particular
    std::size_t stream_count() const { return streams_.size(); }

    // Calls visit(key, name, tracker) for every stream.
    template <class Visit>
    void for_each_stream(Visit&& visit) {
        for (auto& entry : streams_) {
            visit(entry.first, entry.second->name, entry.second->tracker);
        }
    }

  private:
    struct Stream {
        Stream(std::string its_name, StreamTracker its_tracker, std::uint64_t batch)
            : name(std::move(its_name)), tracker(std::move(its_tracker)), last_batch(batch) {}
        std::string name;
        StreamTracker tracker;
        std::uint64_t frames_before = 0;  // tracker.frames() at the last look
        std::uint64_t last_batch;         // in which it had a frame, as far as looks tell
    };

    template <class Work>
    void share_out_to(std::size_t count, std::size_t detections, unsigned threads,
                      const Work& work);
    Workers& workers_for(unsigned threads);

    Config config_;
    Settings settings_;
    std::unordered_map<StreamKey, std::unique_ptr<Stream>> streams_;
    std::vector<Workspace> workspaces_;  // one a thread
    std::unique_ptr<Workers> workers_;   // made when first needed
    std::vector<char> wants_ids_;        // by frame of the batch
    unsigned threads_asked_ = 0;
    std::uint64_t batches_ = 0;
};

}  // namespace streamtrack
