// One NvMOT context: the tracker of its streams, and what the host's arrays have to do with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/multi_stream_tracker.hpp"
#include "deepstream/abi.hpp"
#include "deepstream/host_version.hpp"
#include "deepstream/log.hpp"
#include "deepstream/misc_data.hpp"

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
    };

    // A frame that is being tracked: its rows of detections_ and where its report goes.
    struct Work {
        std::uint64_t stream;
        std::uint32_t number;
        const ObjToTrackList* objects;
        TrackedObjList* output;
        std::size_t first_detection;
    };

    bool is_safe(const ProcessParams& params, const TrackedObjBatch& batch);
    TrackedObjList* output_of(TrackedObjBatch& batch, std::uint32_t index, const HostFrame& frame);
    void take(const HostFrame& frame, TrackedObjList* output);
    Stream* stream_of(const HostFrame& frame, bool detected);
    void read_detections(const HostFrame& frame, std::uint32_t count);
    std::uint32_t object_count(const HostFrame& frame);
    void run_round();
    void write_report(const Work& work, const StreamTracker& tracker);
    void write_misc(const ProcessParams* params, const MiscBatches& batches);
    void remove(std::uint64_t stream);

    const Abi& abi_;
    const bool host_is_newer_;
    const std::uint64_t mask_size_;
    bool host_is_checked_ = false;
    Log log_;

    // The host serves a context from one thread at a time, but removals may come from another than
    // frames do.
    std::mutex mutex_;
    MultiStreamTracker tracker_;
    const QueryAnswer answer_;
    MiscWriter misc_writer_;
    std::unordered_map<std::uint64_t, Stream> streams_;
    std::uint64_t round_ = 1;

    // Of the round at hand; kept so that nothing is allocated once the largest one was seen.
    std::vector<Work> works_;
    std::vector<StreamFrame> frames_;
    std::vector<Detection> detections_;
    std::vector<std::uint32_t> origins_;  // of each detection: its row in the host's list
};

}  // namespace streamtrack::nvmot
