// NvMOT as DeepStream 6.4 lays it out.
#pragma once

#include "deepstream/layout/deepstream_6_3.hpp"

namespace streamtrack::nvmot::deepstream_6_4 {

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
};

using deepstream_6_3::Config;

struct Frame {
    std::uint64_t stream_id;
    std::uint32_t seq_index;
    std::uint32_t frame_num;
    std::uint32_t src_frame_width;
    std::uint32_t src_frame_height;
    std::int64_t time_stamp;
    std::uint8_t time_stamp_valid;
    std::uint8_t do_tracking;
    std::uint8_t reset;
    std::uint8_t num_buffers;
    void* buffer_list;
    ObjToTrackList objects_in;
};

struct ObjConvexHull {
    std::int32_t* list;
    std::uint32_t num_points_allocated;
    std::uint32_t num_points;
};

struct TrackedObj {
    std::uint16_t class_id;
    std::uint64_t tracking_id;
    Rect bbox;
    float confidence;
    std::uint32_t age;
    ObjToTrack* associated_object_in;
    std::int32_t reid_ind;
    float visibility;
    float pt_img_feet[2];
    float pt_world_feet[2];
    ObjConvexHull convex_hull;
    std::uint8_t reserved[128];
};

using deepstream_6_3::RectParams;

struct TargetMiscDataFrame {
    std::uint32_t frame_num;
    RectParams t_bbox;
    float confidence;
    std::uint32_t age;
    std::int32_t tracker_state;
    float visibility;
};

struct TargetMiscDataObject {
    TargetMiscDataFrame* list;
    std::uint32_t num_obj;
    std::uint32_t num_allocated;
    std::uint64_t unique_id;
    std::uint16_t class_id;
    char obj_label[128];
};

using TargetMiscDataStream = MiscDataStream;

struct TargetMiscDataBatch {
    TargetMiscDataStream* list;
    std::uint32_t num_allocated;
    std::uint32_t num_filled;
    void* priv_data;
};

struct TrackerMiscData {
    MiscDataBatch* past_frame_obj_batch;
    MiscDataBatch* terminated_track_batch;
    MiscDataBatch* shadow_track_batch;
};

struct Layout {
    using Query = deepstream_6_4::Query;
    using Config = deepstream_6_4::Config;
    using Frame = deepstream_6_4::Frame;
    using TrackedObj = deepstream_6_4::TrackedObj;
    using MiscObject = TargetMiscDataObject;
    using MiscFrame = TargetMiscDataFrame;
};

}  // namespace streamtrack::nvmot::deepstream_6_4
