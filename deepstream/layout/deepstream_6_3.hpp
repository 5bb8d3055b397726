// NvMOT as DeepStream 6.3 lays it out.
#pragma once

#include "deepstream/layout/deepstream_6_0.hpp"

namespace streamtrack::nvmot::deepstream_6_3 {

struct Query {
    std::uint8_t compute_config;
    std::uint8_t num_transforms;
    std::int32_t color_formats[1];
    std::int32_t mem_type;
    std::uint32_t max_targets_per_stream;
    std::uint32_t max_shadow_tracking_age;
    std::uint8_t output_reid_tensor;
    std::uint32_t reid_feature_size;
    std::uint8_t output_trajectory;
    std::uint8_t support_past_frame;
    std::int32_t batch_mode;
};

using deepstream_6_0::Config;
using deepstream_6_0::Frame;

struct TrackedObj {
    std::uint16_t class_id;
    std::uint64_t tracking_id;
    Rect bbox;
    float confidence;
    std::uint32_t age;
    ObjToTrack* associated_object_in;
    std::int32_t reid_ind;
    std::uint8_t reserved[128];
};

using deepstream_6_0::PastFrameObj;
using deepstream_6_0::PastFrameObjList;
using deepstream_6_0::PastFrameObjStream;
using deepstream_6_0::RectParams;

struct PastFrameObjBatch {
    PastFrameObjStream* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
    void* priv_data;
};

struct TrackerMiscData {
    MiscDataBatch* past_frame_obj_batch;
};

struct Layout {
    using Query = deepstream_6_3::Query;
    using Config = deepstream_6_3::Config;
    using Frame = deepstream_6_3::Frame;
    using TrackedObj = deepstream_6_3::TrackedObj;
    using MiscObject = PastFrameObjList;
    using MiscFrame = PastFrameObj;
};

}  // namespace streamtrack::nvmot::deepstream_6_3
