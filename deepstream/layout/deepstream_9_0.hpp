// NvMOT as DeepStream 9.0 lays it out.
#pragma once

#include "deepstream/layout/deepstream_8_0.hpp"

namespace streamtrack::nvmot::deepstream_9_0 {

using deepstream_8_0::Config;
using deepstream_8_0::Frame;
using deepstream_8_0::Mask;
using deepstream_8_0::ObjConvexHull;
using deepstream_8_0::ObjReid;
using deepstream_8_0::Query;
using deepstream_8_0::TrackedObj;

struct alignas(8) RectParams {
    float left;
    float top;
    float width;
    float height;
    std::uint8_t drawing[96];
};

struct TargetMiscDataFrame {
    std::uint32_t frame_num;
    RectParams t_bbox;
    float confidence;
    std::uint32_t age;
    std::int32_t tracker_state;
    float visibility;
    float pt_world_feet[2];
};

struct TargetMiscDataObject {
    TargetMiscDataFrame* list;
    std::uint32_t num_obj;
    std::uint32_t num_allocated;
    std::uint64_t unique_id;
    std::uint16_t class_id;
    char obj_label[128];
};

using deepstream_8_0::TargetMiscDataBatch;
using deepstream_8_0::TargetMiscDataStream;
using deepstream_8_0::TrackerMiscData;

struct Layout {
    using Query = deepstream_9_0::Query;
    using Config = deepstream_9_0::Config;
    using Frame = deepstream_9_0::Frame;
    using TrackedObj = deepstream_9_0::TrackedObj;
    using MiscObject = TargetMiscDataObject;
    using MiscFrame = TargetMiscDataFrame;
};

}  // namespace streamtrack::nvmot::deepstream_9_0
