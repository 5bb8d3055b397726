// A small tracker library that obeys the NvMOT API, or breaks one rule of it: the environment
// variable BROKEN_VERSION names the DeepStream version whose layout it uses, BROKEN_FAULT the rule
// to break, BROKEN_MISC the kinds of misc data that it declares.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "broken_layout.hpp"
#include "broken_misc_data.hpp"

namespace {

std::atomic<uint64_t> next_id{1};

float overlap(const float* a, const float* b) {
    const float width = std::fmin(a[0] + a[2], b[0] + b[2]) - std::fmax(a[0], b[0]);
    const float height = std::fmin(a[1] + a[3], b[1] + b[3]) - std::fmax(a[1], b[1]);
    if (width <= 0 || height <= 0) {
        return 0;
    }
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height);
}

Track* find_track(std::vector<Track>& tracks, const Bytes object) {
    float box[4];
    std::memcpy(box, object + at("NvMOTObjToTrack.bbox"), sizeof box);
    Track* best = nullptr;
    float best_overlap = 0.2F;
    for (Track& track : tracks) {
        const float here = overlap(track.sightings.back().box, box);
        if (track.input == nullptr && here > best_overlap &&
            track.class_id == get<uint16_t>(object, "NvMOTObjToTrack.classId")) {
            best = &track;
            best_overlap = here;
        }
    }
    return best;
}

void see(Track& track, Bytes object, uint32_t frame) {
    Sighting sighting{frame, {}, get<float>(object, "NvMOTObjToTrack.confidence")};
    std::memcpy(sighting.box, object + at("NvMOTObjToTrack.bbox"), sizeof sighting.box);
    track.input = object;
    track.last_frame = frame;
    track.sightings.push_back(sighting);
    if (track.sightings.size() > trajectory) {
        track.sightings.erase(track.sightings.begin());
    }
}

uint64_t fresh_id(const std::vector<Track>& tracks) {
    if (fault("id-zero")) {
        return 0;
    }
    if (fault("id-untracked")) {
        return ~uint64_t{0};
    }
    if (fault("id-two-streams")) {
        return 1 + tracks.size();
    }
    if (fault("ids-fall")) {
        return 1000000 - next_id++;
    }
    return next_id++;
}

bool is_passed_over(Bytes object, float score) {
    const uint16_t class_id = get<uint16_t>(object, "NvMOTObjToTrack.classId");
    return (fault("negative-score") && score < 0) || (fault("large-class") && class_id > 1000);
}

// In an order of their own, since ids must not depend on the one in which they come.
std::vector<Bytes> usable_objects(Bytes objects, uint32_t filled) {
    std::vector<std::pair<std::array<float, 5>, Bytes>> keyed;
    for (uint32_t k = 0; k < filled; ++k) {
        Bytes object = objects + k * at("NvMOTObjToTrack");
        std::array<float, 5> key{};
        std::memcpy(key.data(), object + at("NvMOTObjToTrack.bbox"), 4 * sizeof key[0]);
        key[4] = get<float>(object, "NvMOTObjToTrack.confidence");
        const bool finite = std::all_of(key.begin(), key.end(), [](float x) { return x - x == 0; });
        if (!finite && fault("crash-on-nan")) {
            std::abort();
        }
        if (finite && key[2] > 0 && key[3] > 0 && !is_passed_over(object, key[4])) {
            keyed.emplace_back(key, object);
        }
    }
    if (!fault("order-of-detections")) {
        std::sort(keyed.begin(), keyed.end());
    }
    std::vector<Bytes> usable;
    for (const auto& entry : keyed) {
        usable.push_back(entry.second);
    }
    return usable;
}

// Every detection is taken at once: what decides is not the tests' matter.
void update(Context& context, uint64_t stream, Bytes frame) {
    std::vector<Track>& tracks = context.streams[stream];
    Bytes list = frame + at("NvMOTFrame.objectsIn");
    const uint32_t number = get<uint32_t>(frame, "NvMOTFrame.frameNum");
    const uint32_t filled = get<uint32_t>(list, "NvMOTObjToTrackList.numFilled");
    const bool detected = get<uint8_t>(list, "NvMOTObjToTrackList.detectionDone") != 0 ||
                          filled > 0 || fault("skipped-is-missed");
    Bytes objects = get<Bytes>(list, "NvMOTObjToTrackList.list");
    for (Track& track : tracks) {
        track.input = nullptr;
        ++track.age;
    }
    const bool done = get<uint8_t>(list, "NvMOTObjToTrackList.detectionDone") != 0;
    const uint32_t count = fault("needs-detection-done") && !done ? 0 : filled;
    for (Bytes object : usable_objects(objects, count)) {
        Track* track = find_track(tracks, object);
        if (track == nullptr) {
            const uint16_t class_id = get<uint16_t>(object, "NvMOTObjToTrack.classId");
            tracks.push_back({fresh_id(tracks), class_id, nullptr, {}, number, 0, false});
            track = &tracks.back();
        }
        see(*track, object, number);
    }
    if (detected) {
        for (size_t k = tracks.size(); k-- > 0;) {
            if (tracks[k].input != nullptr || (number - tracks[k].last_frame < 5)) {
                continue;
            }
            context.finished.push_back({stream, tracks[k]});
            tracks.erase(tracks.begin() + static_cast<long>(k));
        }
    }
    if (fault("input-changed") && filled > 0) {
        put<float>(objects, "NvMOTObjToTrack.confidence", 0.25F);
    }
}

void age_absent(Context& context, uint64_t present) {
    for (auto& one : context.streams) {
        for (Track& track : one.second) {
            track.age += one.first == present ? 0 : 1;
        }
        if (one.first != present && !one.second.empty() && one.second[0].age > 100) {
            one.second.clear();
        }
    }
}

void write_slot(Bytes slot, const Track& track) {
    const Sighting& last = track.sightings.back();
    if (fault("foreign-field")) {
        std::memset(slot, 0, at("NvMOTTrackedObj"));
    }
    put<uint16_t>(slot, "NvMOTTrackedObj.classId",
                  static_cast<uint16_t>(track.class_id + (fault("class-changed") ? 1 : 0)));
    put<uint64_t>(slot, "NvMOTTrackedObj.trackingId", track.id);
    std::memcpy(slot + at("NvMOTTrackedObj.bbox"), last.box, sizeof last.box);
    put<float>(slot, "NvMOTTrackedObj.confidence", fault("score-not-finite") ? NAN : last.score);
    put<uint32_t>(slot, "NvMOTTrackedObj.age", track.age);
    put<Bytes>(slot, "NvMOTTrackedObj.associatedObjectIn", track.input);
    if (fault("box-not-finite")) {
        put<float>(slot, "NvMOTTrackedObj.bbox", NAN);
    }
    if (fault("object-foreign") && track.input != nullptr) {
        put<Bytes>(slot, "NvMOTTrackedObj.associatedObjectIn", track.input + 1);
    }
    if (has("NvMOTTrackedObj.mask") && fault("mask-size")) {
        put<uint32_t>(slot + at("NvMOTTrackedObj.mask"), "NvMOTMask.width", 7);
    }
    if (has("NvMOTTrackedObj.mask") && fault("mask-memory")) {
        get<float*>(slot + at("NvMOTTrackedObj.mask"), "NvMOTMask.data")[3] = 1.0F;
    }
}

void break_slots(Bytes slots, uint32_t filled, uint32_t allocated) {
    const size_t stride = at("NvMOTTrackedObj");
    if (fault("beyond-filled") && filled < allocated) {
        slots[filled * stride + 9] = 1;
    }
    if (fault("past-the-end")) {
        slots[allocated * stride] = 1;
    }
    if (filled > 1 && fault("id-twice")) {
        put<uint64_t>(slots + stride, "NvMOTTrackedObj.trackingId",
                      get<uint64_t>(slots, "NvMOTTrackedObj.trackingId"));
    }
    if (filled > 1 && fault("object-twice")) {
        put<Bytes>(slots + stride, "NvMOTTrackedObj.associatedObjectIn",
                   get<Bytes>(slots, "NvMOTTrackedObj.associatedObjectIn"));
    }
}

void report(const std::vector<Track>& tracks, Bytes list, bool detected) {
    const uint32_t allocated = get<uint32_t>(list, "NvMOTTrackedObjList.numAllocated");
    Bytes slots = get<Bytes>(list, "NvMOTTrackedObjList.list");
    const size_t stride = at("NvMOTTrackedObj") + (fault("stride") ? 8 : 0);
    uint32_t filled = 0;
    for (const Track& track : tracks) {
        if ((track.input == nullptr && detected) || filled == allocated) {
            continue;
        }
        write_slot(slots + filled++ * stride, track);
    }
    break_slots(slots, filled, allocated);
    put<uint8_t>(list, "NvMOTTrackedObjList.valid", 1);
    if (fault("num-filled-unset")) {
        return;
    }
    put<uint32_t>(list, "NvMOTTrackedObjList.numFilled",
                  fault("num-filled-large") ? allocated + 1 : filled);
}

void break_lists(Bytes batch, Bytes lists, uint32_t frames) {
    const size_t size = at("NvMOTTrackedObjList");
    static std::vector<char> own(max_targets * 400);
    if (fault("list-pointer")) {
        put<Bytes>(lists, "NvMOTTrackedObjList.list", own.data());
    }
    if (fault("frame-number")) {
        put<uint32_t>(lists, "NvMOTTrackedObjList.frameNum", 123456);
    }
    if (fault("frame-not-asked")) {
        put<uint64_t>(lists, "NvMOTTrackedObjList.streamID", 99);
    }
    if (fault("too-many-lists")) {
        put<uint32_t>(batch, "NvMOTTrackedObjBatch.numFilled", frames + 1);
    }
    if (fault("list-missing")) {
        put<uint32_t>(batch, "NvMOTTrackedObjBatch.numFilled", frames - 1);
    }
    if (fault("stream-twice") && frames > 1) {
        put<uint64_t>(lists + size, "NvMOTTrackedObjList.streamID",
                      get<uint64_t>(lists, "NvMOTTrackedObjList.streamID"));
    }
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

#ifndef WITHOUT_QUERY
EXPORT int NvMOT_Query(uint16_t path_length, char* path, void* query) {
    if (fault("stdout")) {
        std::printf("hello from Query\n");
    }
    if (fault("query-status")) {
        return 1;
    }
    if (path_length > 0 && path[path_length] != 0) {
        return 2;
    }
    static std::atomic<uint32_t> asked{0};
    put<uint8_t>(query, "NvMOTQuery.computeConfig", 2);
    put<uint8_t>(query, "NvMOTQuery.numTransforms", fault("transforms") ? 2 : 0);
    put<uint32_t>(query, "NvMOTQuery.colorFormats", 6);
    put<uint32_t>(query, "NvMOTQuery.memType", fault("query-merge") ? asked++ : 2);
    if (!fault("query-unanswered")) {
        put<uint8_t>(query, "NvMOTQuery.supportPastFrame", declares("past") ? 1 : 0);
    }
    if (has("NvMOTQuery.batchMode")) {
        put<uint32_t>(query, "NvMOTQuery.batchMode", fault("batch-mode") ? 2 : 1);
    } else {
        put<uint8_t>(query, "NvMOTQuery.supportBatchProcessing", fault("batch-mode") ? 0 : 1);
    }
    if (has("NvMOTQuery.maxTargetsPerStream")) {
        put<uint32_t>(query, "NvMOTQuery.maxTargetsPerStream",
                      fault("max-targets") ? 0 : max_targets);
        put<uint32_t>(query, "NvMOTQuery.maxShadowTrackingAge", past_length);
    }
    if (has("NvMOTQuery.outputTerminatedTracks")) {
        put<uint8_t>(query, "NvMOTQuery.outputTerminatedTracks", declares("terminated") ? 1 : 0);
        put<uint32_t>(query, "NvMOTQuery.maxTrajectoryBufferLength", trajectory);
        put<uint8_t>(query, "NvMOTQuery.outputShadowTracks", declares("shadow") ? 1 : 0);
    }
    if (has("NvMOTQuery.contextHandle") && fault("query-handle")) {
        put<uint64_t>(query, "NvMOTQuery.contextHandle", 5);
    }
    if (fault("query-size")) {
        static_cast<char*>(query)[at("NvMOTQuery")] = 1;
    }
    return 0;
}
#endif

EXPORT int NvMOT_Init(void* config, void** handle, void* response) {
    static std::atomic<int> opened{0};
    if (fault("init-fails") || (fault("one-context") && opened++ > 0)) {
        return 1;
    }
    if (fault("thread-left")) {
        std::thread([] { std::this_thread::sleep_for(std::chrono::seconds(20)); }).detach();
    }
    if (fault("hangs")) {
        std::this_thread::sleep_for(std::chrono::seconds(20));
    }
    auto* context = new Context;
    *handle = context;
    if (get<uint32_t>(config, "NvMOTConfig.maxStreams") == 0) {
        return 1;
    }
    if (!fault("init-response")) {
        std::memset(response, 0, at("NvMOTConfigResponse"));
    }
    if (fault("init-size")) {
        static_cast<char*>(response)[at("NvMOTConfigResponse")] = 1;
    }
    return fault("init-status") ? 1 : 0;
}

EXPORT void NvMOT_DeInit(void* handle) { delete static_cast<Context*>(handle); }

EXPORT int NvMOT_Process(void* handle, void* params, void* batch) {
    auto& context = *static_cast<Context*>(handle);
    if (fault("stdout")) {
        std::printf("hello from Process\n");
    }
    const uint32_t frames = get<uint32_t>(params, "NvMOTProcessParams.numFrames");
    Bytes frame = get<Bytes>(params, "NvMOTProcessParams.frameList");
    Bytes lists = get<Bytes>(batch, "NvMOTTrackedObjBatch.list");
    for (uint32_t k = 0; k < frames; ++k, frame += at("NvMOTFrame")) {
        const uint64_t stream = get<uint64_t>(frame, "NvMOTFrame.streamID");
        if (fault("absent-streams-age")) {
            age_absent(context, stream);
        }
        update(context, stream, frame);
        Bytes objects = frame + at("NvMOTFrame.objectsIn");
        const bool detected = get<uint8_t>(objects, "NvMOTObjToTrackList.detectionDone") != 0;
        report(context.streams[stream], lists + k * at("NvMOTTrackedObjList"), detected);
    }
    break_lists(static_cast<Bytes>(batch), lists, frames);
    return fault("process-status") ? 1 : 0;
}

EXPORT int NvMOT_RemoveStreams(void* handle, uint64_t stream) {
    auto& context = *static_cast<Context*>(handle);
    if (fault("call-status")) {
        return 1;
    }
    if (fault("removal-ignored")) {
        return 0;
    }
    for (auto one = context.streams.begin(); one != context.streams.end();) {
        const bool exactly = one->first == stream;
        const bool same_pad = (one->first >> 32) == (stream >> 32) && !fault("removal-exact");
        const bool gone = exactly || same_pad || fault("removal-wipes-all");
        one = gone ? context.streams.erase(one) : std::next(one);
    }
    return 0;
}

EXPORT int NvMOT_UpdateParams(void* handle, const void* text) {
    if (fault("update-clears")) {
        static_cast<Context*>(handle)->streams.clear();
    }
    const char* start;
    size_t length;
    std::memcpy(&start, text, 8);
    std::memcpy(&length, static_cast<const char*>(text) + 8, 8);
    return std::string(start, length).find("refuse") == std::string::npos ? 0 : 1;
}

EXPORT int NvMOT_ProcessPast(void* handle, void* params, void* batch) {
    auto& context = *static_cast<Context*>(handle);
    give_past(context, asked_streams(params), static_cast<Bytes>(batch));
    return 0;
}

EXPORT int NvMOT_RetrieveMiscData(void* handle, void* params, void* misc) {
    auto& context = *static_cast<Context*>(handle);
    const std::set<uint64_t> asked = asked_streams(params);
    const bool has_buffer = declares("past") || declares("terminated");
    auto* past = get<Bytes>(misc, "NvMOTTrackerMiscData.pPastFrameObjBatch");
    if (past != nullptr && declares("past")) {
        give_past(context, asked, past);
    }
    if (past != nullptr && fault("misc-undeclared")) {
        past[0] = 1;
    }
    if (!has("NvMOTTrackerMiscData.pTerminatedTrackBatch") || !has_buffer) {
        return 0;
    }
    auto* terminated = get<Bytes>(misc, "NvMOTTrackerMiscData.pTerminatedTrackBatch");
    if (declares("terminated")) {
        give_terminated(context, terminated);
    }
    auto* shadow = get<Bytes>(misc, "NvMOTTrackerMiscData.pShadowTrackBatch");
    if (declares("shadow")) {
        give_shadow(context, asked, shadow);
    }
    return fault("misc-status") ? 1 : 0;
}
