// `state_file`: the tracks and the ids that were given, kept across restarts.
//
// It is saved every ten seconds and when a context closes. After a restart ids go on behind all
// that were ever given; a stream's tracks go on where they were if they are not older than its
// buffer, as a lost track that was missed for longer would not either.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/multi_stream_tracker.hpp"

namespace streamtrack::nvmot {

// The states of a context's streams, as they are saved.
struct SavedStream {
    std::uint64_t stream;
    double unix_time;                 // at which the state was taken
    bool is_last;                     // the stream gave no ids after it
    std::vector<std::uint8_t> state;  // StreamTracker::snapshot
};
using SavedStreams = std::vector<SavedStream>;

class StateFile;

// A context's share in a state file while it lives. Contexts that name the same file share it.
class StateShare {
  public:
    // Loads the file if nobody did yet.
    StateShare(const std::string& path, MultiStreamTracker& tracker);
    // Saves the streams as they are.
    ~StateShare();
    StateShare(const StateShare&) = delete;
    StateShare& operator=(const StateShare&) = delete;

    // Gives a stream that begins its saved tracks; false where there are none.
    bool restore(std::uint64_t stream, StreamTracker& tracker);
    // The host removed the streams of a pad: what was saved of them is void.
    void forget_pad(std::uint64_t pad);
    // Hands over the streams' states where they are due to be saved.
    void end_call();

  private:
    friend class StateFile;
    void collect(bool is_last);

    MultiStreamTracker& tracker_;
    std::atomic<bool> is_due_{false};
    std::mutex mutex_;  // guards what follows
    SavedStreams streams_;
    // The last one: through it other contexts' threads look at the members above.
    std::shared_ptr<StateFile> file_;
};

}  // namespace streamtrack::nvmot
