// NvMOT as DeepStream 7.0 and 7.1 lay it out.
#pragma once

#include "deepstream/layout/deepstream_6_4.hpp"

namespace streamtrack::nvmot::deepstream_7_0 {

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
    std::uint8_t output_visibility;
    std::uint8_t output_foot_location;
    std::uint8_t output_convex_hull;
    std::uint32_t max_convex_hull_size;
    std::uint8_t support_past_frame;
    std::int32_t batch_mode;
    std::uint8_t output_terminated_tracks;
    std::uint32_t max_trajectory_buffer_length;
    std::uint8_t output_shadow_tracks;
    void* context_handle;  // in: the context that is asked
};

struct Config {
    std::uint8_t compute_config;
    std::uint32_t max_streams;
    std::uint32_t max_buf_surf_addr_size;
    std::uint8_t num_transforms;
    TransformSize* per_transform_batch_config;
    std::uint32_t misc_config[1];
    std::uint16_t custom_config_file_path_size;
    const char* custom_config_file_path;
};

using deepstream_6_4::Frame;

struct ObjReid {
    std::uint32_t feature_size;
    float* ptr_host;
    float* ptr_dev;
};

using deepstream_6_4::ObjConvexHull;

struct TrackedObj {
    std::uint16_t class_id;
    std::uint64_t tracking_id;
    Rect bbox;
    float confidence;
    std::uint32_t age;
    ObjToTrack* associated_object_in;
    ObjReid reid;
    float visibility;
    float pt_img_feet[2];
    float pt_world_feet[2];
    ObjConvexHull convex_hull;
    std::uint8_t reserved[128];
};

using deepstream_6_4::RectParams;
using deepstream_6_4::TargetMiscDataBatch;
using deepstream_6_4::TargetMiscDataFrame;
using deepstream_6_4::TargetMiscDataObject;
using deepstream_6_4::TargetMiscDataStream;
using deepstream_6_4::TrackerMiscData;

struct Layout {
    using Query = deepstream_7_0::Query;
    using Config = deepstream_7_0::Config;
    using Frame = deepstream_7_0::Frame;
    using TrackedObj = deepstream_7_0::TrackedObj;
    using MiscObject = TargetMiscDataObject;
    using MiscFrame = TargetMiscDataFrame;
};

}  // namespace streamtrack::nvmot::deepstream_7_0
