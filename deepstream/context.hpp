// One NvMOT context: the tracker of its streams, and what the host's arrays have to do with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/multi_stream_tracker.hpp"
#include "deepstream/abi.hpp"
#include "deepstream/figures.hpp"
#include "deepstream/host_version.hpp"
#include "deepstream/live_contexts.hpp"
#include "deepstream/log.hpp"
#include "deepstream/metrics.hpp"
#include "deepstream/misc_data.hpp"
#include "deepstream/recorder.hpp"
#include "deepstream/round.hpp"
#include "deepstream/state_file.hpp"

namespace streamtrack::nvmot {

class Context {
  public:
    // Throws ConfigError.
    Context(const Host& host, const HostConfig& told, Config config);

    // NvMOT_Process. Every output list's num_filled is set, whatever happens. Where something is
    // wrong with a part of the batch, the rest is tracked and a line says so.
    Status::Value process(const ProcessParams* params, TrackedObjBatch* batch);

    // NvMOT_RetrieveMiscData, and NvMOT_ProcessPast up to 6.2: what there is to say beside the
    // tracks of the frames that were just processed.
    void retrieve_misc_data(const ProcessParams* params, const void* misc);
    void process_past(const ProcessParams* params, MiscDataBatch* past);

    // NvMOT_RemoveStreams: this stream, and the others of its pad.
    void remove_streams(std::uint64_t stream);

    // NvMOT_UpdateParams. Throws ConfigError, and changes nothing, where the text is wrong.
    void change(const std::string& yaml);

    QueryAnswer answer() const { return answer_; }

  private:
    struct Stream {
        StreamTracker* tracker;
        std::uint64_t last_round;
        std::uint64_t tentative, tracked, lost;  // its tracks, as counted for the metrics
    };

    using Streams = std::unordered_map<std::uint64_t, Stream>;

    void start_files(const Host& host, const HostConfig& told);
    bool is_safe(const ProcessParams& params, const TrackedObjBatch& batch);
    void process_frames(const ProcessParams& params, std::uint32_t count, TrackedObjBatch& batch);
    TrackedObjList* output_of(TrackedObjBatch& batch, std::uint32_t index, const HostFrame& frame);
    void take(const HostFrame& frame, TrackedObjList* output);
    Stream* stream_of(const HostFrame& frame, bool detected);
    void run_round();
    void end_call();
    void count_tracks(Stream& stream);
    void write_misc(const ProcessParams* params, const MiscBatches& batches);
    Streams::iterator remove(Streams::iterator stream);

    const Abi& abi_;
    const bool host_is_newer_;
    const std::uint64_t mask_size_;
    bool host_is_checked_ = false;
    Log log_;
    Figures figures_;

    // The host serves a context from one thread at a time, but removals may come from another than
    // frames do.
    std::mutex mutex_;
    MultiStreamTracker tracker_;
    const QueryAnswer answer_;
    Round round_;
    std::uint64_t rounds_ = 1;  // the one at hand included
    MiscWriter misc_writer_;
    Streams streams_;

    // Where the configuration asks for them.
    std::unique_ptr<MetricsShare> metrics_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<StateShare> state_;

    const LiveContext live_{*this};
};

}  // namespace streamtrack::nvmot
