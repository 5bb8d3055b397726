// NvMOT as DeepStream 8.0 lays it out.
#pragma once

#include "deepstream/layout/deepstream_7_0.hpp"

namespace streamtrack::nvmot::deepstream_8_0 {

using deepstream_7_0::Config;
using deepstream_7_0::Frame;
using deepstream_7_0::ObjConvexHull;
using deepstream_7_0::ObjReid;
using deepstream_7_0::Query;

// The host's buffer for a silhouette. A width and height that are not 0 would make it read `data`.
struct Mask {
    float* data;
    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t allocated_size;
};

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
    Mask mask;
    float bbox3d_world[12];
    float bbox3d_img[8][2];
    std::uint8_t reserved[128];
};

using deepstream_7_0::RectParams;
using deepstream_7_0::TargetMiscDataBatch;
using deepstream_7_0::TargetMiscDataFrame;
using deepstream_7_0::TargetMiscDataObject;
using deepstream_7_0::TargetMiscDataStream;
using deepstream_7_0::TrackerMiscData;

struct Layout {
    using Query = deepstream_8_0::Query;
    using Config = deepstream_8_0::Config;
    using Frame = deepstream_8_0::Frame;
    using TrackedObj = deepstream_8_0::TrackedObj;
    using MiscObject = TargetMiscDataObject;
    using MiscFrame = TargetMiscDataFrame;
};

}  // namespace streamtrack::nvmot::deepstream_8_0
