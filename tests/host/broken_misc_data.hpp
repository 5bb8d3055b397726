// The broken library's tracks, and the misc data that it gives of them.
#pragma once

#include <algorithm>
#include <set>

#include "broken_layout.hpp"

namespace {

struct Sighting {
    uint32_t frame;
    float box[4];
    float score;
};

struct Track {
    uint64_t id;
    uint16_t class_id;
    Bytes input;  // the input object of this frame, or null
    std::vector<Sighting> sightings;
    uint32_t last_frame;
    uint32_t age;
    bool reported_past;
};

struct Finished {
    uint64_t stream;
    Track track;
};

struct Context {
    std::map<uint64_t, std::vector<Track>> streams;
    std::vector<Finished> finished;
};

constexpr uint32_t max_targets = 64;
constexpr uint32_t trajectory = 8;
constexpr uint32_t past_length = 8;

// Misc data: names of the structures, which 6.4 changed.
struct MiscNames {
    std::string batch;
    std::string stream;
    std::string object;
    std::string frame;
};

MiscNames misc_names() {
    const std::string now = "NvDsTargetMiscData";
    if (has("NvDsTargetMiscDataBatch")) {
        return {now + "Batch", now + "Stream", now + "Object", now + "Frame"};
    }
    const std::string before = "NvDsPastFrameObj";
    return {before + "Batch", before + "Stream", before + "List", before};
}

Bytes stream_entry(Bytes batch, uint64_t stream) {
    const MiscNames names = misc_names();
    const uint32_t filled = get<uint32_t>(batch, (names.batch + ".numFilled").c_str());
    Bytes entries = get<Bytes>(batch, (names.batch + ".list").c_str());
    const size_t size = at(names.stream.c_str());
    for (uint32_t k = 0; k < filled; ++k) {
        Bytes entry = entries + k * size;
        if (get<uint64_t>(entry, (names.stream + ".surfaceStreamID").c_str()) == stream) {
            return entry;
        }
    }
    if (filled >= get<uint32_t>(batch, (names.batch + ".numAllocated").c_str())) {
        return nullptr;
    }
    Bytes entry = entries + filled * size;
    put<uint64_t>(entry, (names.stream + ".surfaceStreamID").c_str(), stream);
    put<uint32_t>(entry, (names.stream + ".numFilled").c_str(), 0);
    put<uint32_t>(batch, (names.batch + ".numFilled").c_str(), filled + 1);
    return entry;
}

void write_past_object(Bytes object, const Track& track, uint32_t limit, bool shadow) {
    const MiscNames names = misc_names();
    const size_t known = shadow ? 1 : track.sightings.size();
    const uint32_t count = fault("misc-overflow") ? limit + 100 : std::min<size_t>(limit, known);
    Bytes frames = get<Bytes>(object, (names.object + ".list").c_str());
    for (uint32_t k = 0; k < count; ++k) {
        const Sighting& seen = track.sightings[std::min<size_t>(k, track.sightings.size() - 1)];
        Bytes frame = frames + k * at(names.frame.c_str());
        put<uint32_t>(frame, (names.frame + ".frameNum").c_str(), seen.frame);
        std::memcpy(frame + at((names.frame + ".tBbox").c_str()), seen.box, sizeof seen.box);
        put<float>(frame, (names.frame + ".confidence").c_str(), seen.score);
        put<uint32_t>(frame, (names.frame + ".age").c_str(), track.age);
        const std::string state = names.frame + ".trackerState";
        if (has(state.c_str())) {
            put<uint32_t>(frame, state.c_str(), shadow ? 2 : 1);
        }
    }
    put<uint32_t>(object, (names.object + ".numObj").c_str(), fault("misc-empty") ? 0 : count);
    put<uint64_t>(object, (names.object + ".uniqueId").c_str(), fault("misc-id") ? 0 : track.id);
    put<uint16_t>(object, (names.object + ".classId").c_str(), track.class_id);
    if (fault("misc-list")) {
        put<Bytes>(object, (names.object + ".list").c_str(), nullptr);
    }
}

void append_misc(Bytes batch, uint64_t stream, const Track& track, uint32_t limit, bool shadow) {
    const MiscNames names = misc_names();
    Bytes entry = stream_entry(batch, fault("misc-stream") ? stream + 77 : stream);
    if (entry == nullptr) {
        return;
    }
    const std::string filled_name = names.stream + ".numFilled";
    const uint32_t filled = get<uint32_t>(entry, filled_name.c_str());
    if (filled >= get<uint32_t>(entry, (names.stream + ".numAllocated").c_str())) {
        return;
    }
    Bytes objects = get<Bytes>(entry, (names.stream + ".list").c_str());
    write_past_object(objects + filled * at(names.object.c_str()), track, limit, shadow);
    put<uint32_t>(entry, filled_name.c_str(), filled + 1);
}

std::set<uint64_t> asked_streams(void* params) {
    std::set<uint64_t> streams;
    Bytes frames = get<Bytes>(params, "NvMOTProcessParams.frameList");
    for (uint32_t k = 0; k < get<uint32_t>(params, "NvMOTProcessParams.numFrames"); ++k) {
        streams.insert(get<uint64_t>(frames + k * at("NvMOTFrame"), "NvMOTFrame.streamID"));
    }
    return streams;
}

void give_past(Context& context, const std::set<uint64_t>& asked, Bytes batch) {
    if (fault("misc-append")) {
        put<uint32_t>(batch, (misc_names().batch + ".numFilled").c_str(), 0);
    }
    for (const uint64_t stream : asked) {
        for (Track& track : context.streams[stream]) {
            if (track.reported_past || track.sightings.size() < 3) {
                continue;
            }
            track.reported_past = true;
            append_misc(batch, stream, track, past_length, false);
        }
    }
}

void give_terminated(Context& context, Bytes batch) {
    if (fault("misc-append")) {
        put<uint32_t>(batch, "NvDsTargetMiscDataBatch.numFilled", 0);
    }
    for (const Finished& one : context.finished) {
        append_misc(batch, one.stream, one.track, trajectory, false);
    }
    context.finished.clear();
}

void give_shadow(Context& context, const std::set<uint64_t>& asked, Bytes batch) {
    for (const uint64_t stream : asked) {
        for (const Track& track : context.streams[stream]) {
            if (track.input == nullptr) {
                append_misc(batch, stream, track, 1, true);
            }
        }
    }
}

}  // namespace
