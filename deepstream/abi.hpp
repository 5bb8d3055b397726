// One table of accessors per generation of NvMOT: the rest of the library knows no layout.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/track.hpp"
#include "core/trajectories.hpp"
#include "deepstream/layout/every_version.hpp"

namespace streamtrack::nvmot {

enum class Generation {
    deepstream_6_0,  // to 6.2
    deepstream_6_3,
    deepstream_6_4,
    deepstream_7_0,  // and 7.1
    deepstream_8_0,
    deepstream_9_0,
    deepstream_9_1,
};

// What NvMOT_Init is told.
struct HostConfig {
    const char* path;  // of the configuration; not terminated, may be nullptr
    std::size_t path_size;
    std::uint32_t max_streams;
    std::uint32_t width;  // of the tracker's coordinates; 0: not told
    std::uint32_t height;
};

// What NvMOT_Query answers.
struct QueryAnswer {
    std::uint32_t max_targets_per_stream;
    std::uint32_t max_shadow_tracking_age;  // sizes the host's arrays of past frames
    std::uint32_t max_trajectory;
    bool past_frames;
    bool terminated_tracks;
    bool shadow_tracks;
};

// One frame of one stream, as NvMOT_Process gets it.
struct HostFrame {
    std::uint64_t stream;
    std::uint32_t number;
    double timestamp;  // seconds, NaN: unknown
    bool do_tracking;
    bool reset;
    std::uint32_t source_width, source_height;
    const ObjToTrackList* objects;
};

struct Abi {
    Generation generation;
    const char* name;  // the first version that has it
    std::size_t object_size;
    bool init_first;            // NvMOT_Init comes before NvMOT_Query
    bool lists_are_labelled;    // the host fills each output list's stream and frame number
    bool asks_in_process_past;  // for past frames; later versions call NvMOT_RetrieveMiscData
    bool has_terminated;        // misc data has terminated and shadow tracks

    HostConfig (*read_config)(const void* config);
    void (*answer_query)(void* query, const QueryAnswer& answer);
    void* (*queried_context)(const void* query);  // nullptr: not told
    HostFrame (*read_frame)(const void* frames, std::size_t index);
    // Writes the fields that are the tracker's; the rest of the slot belongs to the host.
    void (*write_object)(void* objects, std::size_t index, const TrackedObject& object,
                         ObjToTrack* origin);

    // Misc data: how many frames one of a stream's objects says it has room for, 0 where the
    // version does not say so; and the object with all its frames. False without an array.
    std::size_t (*frames_allocated)(const void* objects, std::size_t index);
    bool (*write_misc_object)(void* objects, std::size_t index, std::uint64_t id,
                              std::int32_t class_id, const Trajectory& frames);
};

const Abi& abi_of(Generation generation);

// For a host that is newer than the newest known: true where its first call looks as 9.1's would.
bool looks_like_9_1(const ProcessParams& params, const TrackedObjBatch& batch,
                    std::uint64_t mask_size);

}  // namespace streamtrack::nvmot
