#include "deepstream/abi.hpp"

#include <time.h>

#include <limits>

#include "deepstream/layout/deepstream_9_1.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr std::uint8_t kComputeOnCpu = 2;
constexpr std::int32_t kFormatNv12 = 6;  // never used: no transform is asked for
#if defined(__aarch64__)
constexpr std::int32_t kMemory = 0;  // the platform's own
#else
constexpr std::int32_t kMemory = 2;  // CUDA device
#endif
constexpr std::int32_t kBatchOnly = 1;  // hosts from 6.3 on refuse anything else
constexpr double kNanosecond = 1e-9;

// What differs between the versions' structures beyond their offsets.

void answer_misc(deepstream_6_0::Query& query, const QueryAnswer& answer) {
    query.support_past_frame = answer.past_frames;
}

void answer_misc(deepstream_6_3::Query& query, const QueryAnswer& answer) {
    query.max_targets_per_stream = answer.max_targets_per_stream;
    query.max_shadow_tracking_age = answer.max_shadow_tracking_age;
    query.output_reid_tensor = false;
    query.output_trajectory = false;
    query.support_past_frame = answer.past_frames;
}

template <class Query>  // 6.4 and later
void answer_misc(Query& query, const QueryAnswer& answer) {
    query.max_targets_per_stream = answer.max_targets_per_stream;
    query.max_shadow_tracking_age = answer.max_shadow_tracking_age;
    query.output_reid_tensor = false;
    query.output_trajectory = false;
    query.output_visibility = false;
    query.output_foot_location = false;
    query.output_convex_hull = false;
    query.support_past_frame = answer.past_frames;
    query.output_terminated_tracks = answer.terminated_tracks;
    query.max_trajectory_buffer_length = answer.max_trajectory;
    query.output_shadow_tracks = answer.shadow_tracks;
}

template <class Query>
void* context_in(const Query&) {
    return nullptr;
}

void* context_in(const deepstream_7_0::Query& query) { return query.context_handle; }

// Before 9.1 the field for the time stamp is never written.
template <class Frame>
double timestamp_in(const Frame&) {
    return std::numeric_limits<double>::quiet_NaN();
}

double timestamp_in(const deepstream_9_1::Frame& frame) {
    const deepstream_9_1::TimeMeta& time = frame.time_meta;
    return time.frame_time_valid != 0 ? static_cast<double>(time.frame_time_stamp) * kNanosecond
                                      : std::numeric_limits<double>::quiet_NaN();
}

// NVIDIA's TRACKER_STATE.
std::int32_t state_code(const PastFrame& frame) {
    enum { active = 1, inactive = 2, tentative = 3, projected = 4 };
    switch (frame.state) {
        case TrackState::tentative:
            return tentative;
        case TrackState::lost:
            return inactive;
        default:
            return frame.predicted ? projected : active;
    }
}

// A box-only tracker knows no visibility and no feet, and says so with plain values.
void write_extras(deepstream_6_0::PastFrameObj&, const PastFrame&) {}

void write_extras(deepstream_6_4::TargetMiscDataFrame& to, const PastFrame& frame) {
    to.tracker_state = state_code(frame);
    to.visibility = 1;
}

void write_extras(deepstream_9_0::TargetMiscDataFrame& to, const PastFrame& frame) {
    to.tracker_state = state_code(frame);
    to.visibility = 1;
    to.pt_world_feet[0] = to.pt_world_feet[1] = 0;
}

std::size_t allocated_in(const deepstream_6_0::PastFrameObjList&) { return 0; }

template <class Object>  // 6.4 and later
std::size_t allocated_in(const Object& object) {
    return object.num_allocated;
}

template <class Layout>
struct Accessors {
    static HostConfig read_config(const void* config) {
        const auto& from = *static_cast<const typename Layout::Config*>(config);
        const TransformSize* size = from.per_transform_batch_config;
        return {from.custom_config_file_path, from.custom_config_file_path_size, from.max_streams,
                size != nullptr ? size->max_width : 0, size != nullptr ? size->max_height : 0};
    }

    static void answer_query(void* query, const QueryAnswer& answer) {
        auto& to = *static_cast<typename Layout::Query*>(query);
        to.compute_config = kComputeOnCpu;
        to.num_transforms = 0;
        to.color_formats[0] = kFormatNv12;
        to.mem_type = kMemory;
        to.batch_mode = kBatchOnly;
        answer_misc(to, answer);
    }

    static void* queried_context(const void* query) {
        return context_in(*static_cast<const typename Layout::Query*>(query));
    }

    static HostFrame read_frame(const void* frames, std::size_t index) {
        const auto& from = static_cast<const typename Layout::Frame*>(frames)[index];
        return {from.stream_id,  from.frame_num,       timestamp_in(from),    from.do_tracking != 0,
                from.reset != 0, from.src_frame_width, from.src_frame_height, &from.objects_in};
    }

    static void write_object(void* objects, std::size_t index, const TrackedObject& object,
                             ObjToTrack* origin) {
        auto& to = static_cast<typename Layout::TrackedObj*>(objects)[index];
        to.class_id = static_cast<std::uint16_t>(object.class_id);
        to.tracking_id = object.id;
        to.bbox = {object.box.left, object.box.top, object.box.width, object.box.height};
        to.confidence = object.score;
        to.age = object.age;
        to.associated_object_in = origin;
    }

    static std::size_t frames_allocated(const void* objects, std::size_t index) {
        return allocated_in(static_cast<const typename Layout::MiscObject*>(objects)[index]);
    }

    static bool write_misc_object(void* objects, std::size_t index, std::uint64_t id,
                                  std::int32_t class_id, const Trajectory& frames) {
        auto& to = static_cast<typename Layout::MiscObject*>(objects)[index];
        if (to.list == nullptr) {
            return false;
        }
        to.unique_id = id;
        to.class_id = static_cast<std::uint16_t>(class_id);
        to.num_obj = static_cast<std::uint32_t>(frames.size());
        to.obj_label[0] = '\0';  // the host knows the name, and fills it in for past frames
        for (std::size_t k = 0; k < frames.size(); ++k) {
            write_misc_frame(to.list[k], frames[k]);
        }
        return true;
    }

    static void write_misc_frame(typename Layout::MiscFrame& to, const PastFrame& frame) {
        to.frame_num = static_cast<std::uint32_t>(frame.number);
        to.t_bbox.left = frame.box.left;
        to.t_bbox.top = frame.box.top;
        to.t_bbox.width = frame.box.width;
        to.t_bbox.height = frame.box.height;
        to.confidence = frame.score;
        to.age = frame.age;
        write_extras(to, frame);
    }
};

template <class Layout>
constexpr Abi table(Generation generation, const char* name) {
    using Access = Accessors<Layout>;
    return {generation,
            name,
            sizeof(typename Layout::TrackedObj),
            generation >= Generation::deepstream_7_0,
            generation >= Generation::deepstream_6_3,
            generation < Generation::deepstream_6_3,
            generation >= Generation::deepstream_6_4,
            Access::read_config,
            Access::answer_query,
            Access::queried_context,
            Access::read_frame,
            Access::write_object,
            Access::frames_allocated,
            Access::write_misc_object};
}

constexpr Abi kTables[] = {
    table<deepstream_6_0::Layout>(Generation::deepstream_6_0, "6.0"),
    table<deepstream_6_3::Layout>(Generation::deepstream_6_3, "6.3"),
    table<deepstream_6_4::Layout>(Generation::deepstream_6_4, "6.4"),
    table<deepstream_7_0::Layout>(Generation::deepstream_7_0, "7.0"),
    table<deepstream_8_0::Layout>(Generation::deepstream_8_0, "8.0"),
    table<deepstream_9_0::Layout>(Generation::deepstream_9_0, "9.0"),
    table<deepstream_9_1::Layout>(Generation::deepstream_9_1, "9.1"),
};

bool slots_are_untouched_masks(const TrackedObjList& list, std::uint64_t mask_size) {
    const auto* objects = static_cast<const deepstream_9_1::TrackedObj*>(list.list);
    for (std::uint32_t k = 0; k < 2 && k < list.num_allocated; ++k) {
        const deepstream_9_1::Mask& mask = objects[k].mask;
        if (mask.allocated_size != mask_size || mask.width != 0 || mask.height != 0) {
            return false;
        }
    }
    return true;
}

}  // namespace

const Abi& abi_of(Generation generation) { return kTables[static_cast<int>(generation)]; }

bool looks_like_9_1(const ProcessParams& params, const TrackedObjBatch& batch,
                    std::uint64_t mask_size) {
    constexpr std::uint64_t kHour = 3'600'000'000'000;  // nanoseconds
    const auto& frame = *static_cast<const deepstream_9_1::Frame*>(params.frame_list);
    const deepstream_9_1::TimeMeta& time = frame.time_meta;
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const std::uint64_t here = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
                               static_cast<std::uint64_t>(now.tv_nsec);
    const std::uint64_t apart =
        here > time.local_timestamp ? here - time.local_timestamp : time.local_timestamp - here;
    return time.frame_num == frame.frame_num && apart < kHour &&
           slots_are_untouched_masks(batch.list[0], mask_size);
}

}  // namespace streamtrack::nvmot
