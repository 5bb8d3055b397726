// Records what a context's tracker saw. This is the half that runs in the host's thread: it packs
// each call's rows into a message and never waits; RecordingWriter makes files of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "deepstream/background.hpp"
#include "deepstream/byte_ring.hpp"
#include "deepstream/figures.hpp"
#include "deepstream/recording.hpp"
#include "deepstream/round.hpp"

namespace streamtrack::nvmot {

// What both halves share.
struct RecordingChannel {
    explicit RecordingChannel(std::size_t capacity) : messages(capacity) {}
    ByteRing messages;
    // The writer wants a new part: its file is full, or what it wrote was lost.
    std::atomic<bool> part_is_due{false};
};

// What the head of every file says of its context.
struct RecordingOrigin {
    std::string path;  // the parameter `record`
    std::uint64_t max_bytes;
    std::string deepstream;
    unsigned context;
    std::uint32_t width, height;
};

class Recorder {
  public:
    Recorder(RecordingOrigin origin, std::uint32_t max_streams, MultiStreamTracker& tracker,
             Figures& figures);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // The rows of a call. `last_id` is the last id given out before the round.
    void add_state(std::uint64_t stream, const StreamTracker& tracker);
    void add_round(const Round& round, std::uint64_t last_id);
    void add_removal(std::uint64_t stream) noexcept;
    void add_change() noexcept;

    // Hands the rows over. Those of a call that failed are void, as what it left is unknown.
    void end_call();
    void fail_call(std::uint64_t frames);

  private:
    void clear_message();
    bool begin_part();
    void lose(std::uint64_t frames);

    MultiStreamTracker& tracker_;
    Figures& figures_;
    const std::shared_ptr<RecordingChannel> channel_;
    std::shared_ptr<Chore> writer_;
    std::vector<std::uint8_t> message_;  // the call's rows
    MessageHead head_{};                 // its first bytes, as they will be
    std::string config_rows_;            // empty: to be made anew
    std::vector<std::uint8_t> part_;     // a part's beginning
    std::uint64_t lost_frames_ = 0;      // since the last part began
    bool has_gap_ = false;               // nothing fits in before a new part begins
    std::int64_t next_part_second_ = 0;  // after a loss: not before
};

// The rows of a configuration, as they stand in a recording.
std::string rows_of(const Config& config);

}  // namespace streamtrack::nvmot
