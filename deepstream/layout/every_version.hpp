// What NvMOT passes in memory: the structures that are the same in every DeepStream from 6.0 on.
//
// Plain structures of our own, laid out by layout.json, which was measured on the real headers.
// Names follow its names (streamID is stream_id), so that generate_asserts.py can write the
// static_asserts which compare them with its numbers. Booleans are bytes here: a host may leave
// garbage in them, and a C++ bool that is neither 0 nor 1 is undefined behaviour.
#pragma once

#include <cstddef>
#include <cstdint>

namespace streamtrack::nvmot {

struct Rect {
    float x;
    float y;
    float width;
    float height;
};

struct ObjToTrack {
    std::uint16_t class_id;
    Rect bbox;
    float confidence;
    std::uint8_t do_tracking;
    void* preserved_data;
};

struct ObjToTrackList {
    std::uint8_t detection_done;
    ObjToTrack* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
};

// The frames' own layout differs: see the header of each version.
struct ProcessParams {
    std::uint32_t num_frames;
    void* frame_list;
};

// `list` is an array of the version's TrackedObj.
struct TrackedObjList {
    std::uint64_t stream_id;
    std::uint32_t frame_num;
    std::uint8_t valid;
    void* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
};

// The part of NvMOTTrackedObjBatch that every version has.
struct TrackedObjBatch {
    TrackedObjList* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
};

struct ConfigResponse {
    std::int32_t summary_status;
    std::int32_t compute_status;
    std::int32_t transform_batch_status;
    std::int32_t misc_config_status;
    std::int32_t custom_config_status;
};

// The head of every version's PerTransformBatchConfig.
struct TransformSize {
    std::int32_t buffer_type;
    std::uint32_t max_width;
    std::uint32_t max_height;
};

// One level of the misc data: streams of a batch (objects of a stream have the same form).
struct MiscDataStream {
    void* list;  // of the version's misc data objects
    std::uint32_t stream_id;
    std::uint64_t surface_stream_id;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
};

// The part of the misc data batch that every version has.
struct MiscDataBatch {
    MiscDataStream* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
};

struct Status {
    enum Value : int { ok = 0, error = 1, invalid_path = 2 };
};

struct ConfigStatus {
    enum Value : std::int32_t { ok = 0, error = 1, invalid = 2, unsupported = 3 };
};

}  // namespace streamtrack::nvmot
