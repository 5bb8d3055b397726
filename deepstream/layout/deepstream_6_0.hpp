// NvMOT as DeepStream 6.0, 6.0.1, 6.1, 6.1.1 and 6.2 lay it out.
#pragma once

#include "deepstream/layout/every_version.hpp"

namespace streamtrack::nvmot::deepstream_6_0 {

struct Query {
    std::uint8_t compute_config;
    std::uint8_t num_transforms;
    std::int32_t color_formats[4];
    std::int32_t mem_type;
    std::int32_t batch_mode;
    std::uint8_t support_past_frame;
};

struct Config {
    std::uint8_t compute_config;
    std::uint32_t max_streams;
    std::uint32_t max_buf_surf_addr_size;
    std::uint8_t num_transforms;
    TransformSize* per_transform_batch_config;
    std::uint32_t misc_config[3];
    std::uint16_t custom_config_file_path_size;
    const char* custom_config_file_path;
};

struct Frame {
    std::uint64_t stream_id;
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

struct TrackedObj {
    std::uint16_t class_id;
    std::uint64_t tracking_id;
    Rect bbox;
    float confidence;
    std::uint32_t age;
    ObjToTrack* associated_object_in;
    std::uint8_t reserved[128];
};

// NvOSD_RectParams: only the box is ours, the rest is how the host draws it.
struct alignas(8) RectParams {
    float left;
    float top;
    float width;
    float height;
    std::uint8_t drawing[88];
};

struct PastFrameObj {
    std::uint32_t frame_num;
    RectParams t_bbox;
    float confidence;
    std::uint32_t age;
};

struct PastFrameObjList {
    PastFrameObj* list;
    std::uint32_t num_obj;
    std::uint64_t unique_id;
    std::uint16_t class_id;
    char obj_label[128];
};

using PastFrameObjStream = MiscDataStream;
using PastFrameObjBatch = MiscDataBatch;

struct Layout {
    using Query = deepstream_6_0::Query;
    using Config = deepstream_6_0::Config;
    using Frame = deepstream_6_0::Frame;
    using TrackedObj = deepstream_6_0::TrackedObj;
    using MiscObject = PastFrameObjList;
    using MiscFrame = PastFrameObj;
};

}  // namespace streamtrack::nvmot::deepstream_6_0
