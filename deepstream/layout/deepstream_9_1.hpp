// NvMOT as DeepStream 9.1 lays it out.
#pragma once

#include "deepstream/layout/deepstream_9_0.hpp"

namespace streamtrack::nvmot::deepstream_9_1 {

using deepstream_9_0::Config;
using deepstream_9_0::Mask;
using deepstream_9_0::ObjConvexHull;
using deepstream_9_0::ObjReid;
using deepstream_9_0::Query;
using deepstream_9_0::TrackedObj;

// Time stamps are nanoseconds: NTP where the camera has it, else the buffer's.
struct TimeMeta {
    std::uint32_t frame_num;
    std::uint64_t frame_time_stamp;
    std::uint64_t local_timestamp;
    std::uint8_t frame_time_valid;
};

struct Frame {
    std::uint64_t stream_id;
    std::uint32_t seq_index;
    std::uint32_t frame_num;
    TimeMeta time_meta;
    std::uint32_t src_frame_width;
    std::uint32_t src_frame_height;
    std::uint8_t do_tracking;
    std::uint8_t reset;
    std::uint8_t num_buffers;
    void* buffer_list;
    ObjToTrackList objects_in;
    char* sensor_name;
};

using deepstream_9_0::RectParams;
using deepstream_9_0::TargetMiscDataBatch;
using deepstream_9_0::TargetMiscDataFrame;
using deepstream_9_0::TargetMiscDataObject;
using deepstream_9_0::TargetMiscDataStream;
using deepstream_9_0::TrackerMiscData;

struct Layout {
    using Query = deepstream_9_1::Query;
    using Config = deepstream_9_1::Config;
    using Frame = deepstream_9_1::Frame;
    using TrackedObj = deepstream_9_1::TrackedObj;
    using MiscObject = TargetMiscDataObject;
    using MiscFrame = TargetMiscDataFrame;
};

}  // namespace streamtrack::nvmot::deepstream_9_1
