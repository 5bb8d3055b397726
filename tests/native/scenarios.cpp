#include "scenarios.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <thread>

#include "overheard.hpp"

namespace native {

ConfigFile::ConfigFile(const std::string& yaml) : path_("/tmp/nvmot_driver_XXXXXX") {
    const int descriptor = mkstemp(path_.data());
    require(descriptor >= 0 &&
                write(descriptor, yaml.data(), yaml.size()) == static_cast<ssize_t>(yaml.size()),
            "cannot write " + path_);
    close(descriptor);
}
ConfigFile::~ConfigFile() { unlink(path_.c_str()); }

std::vector<Object> crowd(std::uint32_t number, std::size_t size, unsigned seed) {
    std::vector<Object> objects;
    for (std::size_t k = 0; k < size; ++k) {
        const auto row = static_cast<float>(k % 8 * 60 + seed % 7);
        const auto column = static_cast<float>(k / 8 * 90 + number);
        const bool faint = (number + k) % 5 == 0 && number > 3;  // found with a low score
        objects.push_back(
            {column, row, 30, 50, faint ? 0.3F : 0.9F, static_cast<std::uint16_t>(k % 3)});
    }
    return objects;
}

void check_frame(const FrameIn& in, const FrameOut& out, std::set<std::uint64_t>& ids) {
    std::set<int> origins;
    std::set<std::uint64_t> here;
    for (const Tracked& tracked : out.tracked) {
        require(tracked.id != 0 && tracked.id != ~std::uint64_t{0}, "an id is 0 or 2^64-1");
        require(here.insert(tracked.id).second, "an id stands twice in a frame");
        ids.insert(tracked.id);
        if (tracked.origin >= 0) {
            require(origins.insert(tracked.origin).second, "an object is returned twice");
            const Object& object = in.objects.at(static_cast<std::size_t>(tracked.origin));
            require(std::memcmp(&object, &tracked.object, 20) == 0,
                    "a box or score is not its detection's");
            require(object.class_id == tracked.object.class_id, "a class is not its detection's");
        }
    }
}

// Streams come, skip frames, go and come again; no stream disturbs another.
void play_life(const Stage& stage) {
    const Library library(stage.library);
    Host host(library, stage.version, {});
    std::set<std::uint64_t> ids[4];
    std::set<std::uint64_t> before_removal;
    for (std::uint32_t number = 0; number < 60; ++number) {
        std::vector<FrameIn> frames;
        for (std::uint32_t pad = 0; pad < 4; ++pad) {
            if ((number + pad) % 11 == 10) {
                continue;  // this stream has no frame in this batch
            }
            const bool skipped = number > 5 && (number + pad) % 3 == 0;
            frames.push_back({stream_of(pad), number, !skipped,
                              skipped ? std::vector<Object>() : crowd(number, 20, pad)});
        }
        const std::vector<FrameOut> out = host.process(frames);
        for (std::size_t k = 0; k < frames.size(); ++k) {
            check_frame(frames[k], out[k], ids[frames[k].stream >> 32]);
            const bool settling = number < 2 || (number > 30 && number < 38);
            require(settling || out[k].tracked.size() == 20, "a walker is not reported");
        }
        if (number == 30) {
            before_removal = ids[1];
            ids[1].clear();
            require(host.remove(stream_of(1, 7)) == 0, "RemoveStreams of a pad's other surface");
            require(host.remove(stream_of(77)) == 0, "RemoveStreams of an unknown stream");
        }
    }
    require(ids[0].size() == 20 && ids[2].size() == 20 && ids[3].size() == 20,
            "a stream that was not removed changed its ids");
    require(ids[1].size() == 20, "the stream that came again has other than 20 ids");
    std::set<std::uint64_t> all = before_removal;
    for (const auto& one : ids) {
        all.insert(one.begin(), one.end());
    }
    require(all.size() == 100, "an id was used twice");
}

// Frames that no detector and no host should send.
void play_hostile(const Stage& stage) {
    const Library library(stage.library);
    const ConfigFile config("log_level: error\n");
    HostOptions options;
    options.config_path = config.path();
    Host host(library, stage.version, options);
    const Layout& layout = host.layout();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<Object> bad = {
        {nan, 0, 10, 10, 0.9F, 0},    {0, 0, -5, 10, 0.9F, 0},
        {0, 0, 10, 0, 0.9F, 0},       {0, infinity, 10, 10, 0.9F, 0},
        {0, 0, 10, 10, nan, 0},       {0, 0, 10, 10, 60, 0},
        {0, 0, 1e-40F, 1e-40F, 1, 0}, {-1e9F, 1e9F, 1e9F, 1, 1, 65535},
        {0, 0, 3e38F, 3e38F, 1, 1},   {100, 100, 20, 20, -0.1F, 0},
    };
    for (std::uint32_t number = 0; number < 5; ++number) {
        const std::vector<FrameOut> out = host.process({{stream_of(0), number, true, bad}});
        for (const Tracked& tracked : out[0].tracked) {
            require(tracked.origin >= 6, "a box or score that no tracker can take came back");
            require(std::isfinite(tracked.object.x), "a box is not finite");
        }
    }
    // The same stream twice in one call, and numbers that go backwards.
    host.process(
        {{stream_of(1), 9, true, crowd(1, 8, 1)}, {stream_of(1), 3, true, crowd(2, 8, 1)}});
    // The same with one list for both frames: it takes the first one's tracks alone.
    host.fill({{stream_of(1), 10, true, crowd(3, 8, 1)}, {stream_of(1), 11, true, crowd(4, 8, 1)}});
    put(host.list(0) + layout.at("NvMOTTrackedObjList", "streamID"), stream_of(9));
    require(host.call_process() == 0, "a missing list is an error");
    const std::uint32_t in_first = layout.number() < 603 ? 8 : 0;  // there lists have no labels
    require(
        get<std::uint32_t>(host.list(0) + layout.at("NvMOTTrackedObjList", "numFilled")) ==
                in_first &&
            get<std::uint32_t>(host.list(1) + layout.at("NvMOTTrackedObjList", "numFilled")) == 8,
        "two frames share a list");
    // More output than there is room for.
    host.fill({{stream_of(1), 4, true, crowd(3, 8, 1)}});
    put<std::uint32_t>(host.list(0) + layout.at("NvMOTTrackedObjList", "numAllocated"), 3);
    require(host.call_process() == 0, "a short output array is an error");
    require(get<std::uint32_t>(host.list(0) + layout.at("NvMOTTrackedObjList", "numFilled")) == 3,
            "a short output array is not filled");
    // More input than there is room for.
    host.fill({{stream_of(1), 5, true, {}}});
    std::uint8_t* objects = host.frame(0) + layout.at("NvMOTFrame", "objectsIn");
    put<std::uint32_t>(objects + layout.at("NvMOTObjToTrackList", "numAllocated"), 0);
    put<std::uint32_t>(objects + layout.at("NvMOTObjToTrackList", "numFilled"), 0xffffffff);
    require(host.call_process() == 0, "a false count of objects is an error");
    // Missing arrays, one after the other.
    put<void*>(objects + layout.at("NvMOTObjToTrackList", "list"), nullptr);
    require(host.call_process() == 0, "a missing object array is an error");
    put<void*>(host.list(0) + layout.at("NvMOTTrackedObjList", "list"), nullptr);
    require(host.call_process() == 0, "a missing output array is an error");
    put<void*>(host.batch() + layout.at("NvMOTTrackedObjBatch", "list"), nullptr);
    require(host.call_process() == 0, "missing output lists are an error");
    put<void*>(host.params() + layout.at("NvMOTProcessParams", "frameList"), nullptr);
    require(host.call_process() == 0, "missing frames are an error");
}

// Loaded, used and unloaded, as elements come and go.
void reload(const Stage& stage, const HostOptions& options, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        const Library library(stage.library);
        Host host(library, stage.version, options);
        for (std::uint32_t number = 0; number < 3; ++number) {
            host.process({{stream_of(0), number, true, crowd(number, 5, 0)}});
        }
        require(host.remove(stream_of(0)) == 0, "NvMOT_RemoveStreams failed");
        host.process({{stream_of(0), 3, true, crowd(3, 5, 0)}});
    }
}

void play_reloads(const Stage& stage) { reload(stage, {}, 5); }

// Configurations that cannot be, and hosts that cannot be told.
void play_failures(const Stage& stage) {
    const auto fails = [&](const HostOptions& options) {
        const Library library(stage.library);
        try {
            Host host(library, stage.version, options);
        } catch (const std::runtime_error&) {
            return true;
        }
        return false;
    };
    const std::string long_one = "# " + std::string(1 << 20, '-') + "\n";
    for (const std::string& yaml :
         {std::string("track_hihg_thresh: 0.5\n"), std::string("track_high_thresh: 60\n"),
          std::string("a: b: c\n"), std::string(" - list\n"),
          std::string("track_buffer: 30\ntrack_buffer: 31\n"),
          std::string("track_buffer: 30\n---\ntrack_buffer: 31\n"), std::string("[a]: 3\n"),
          std::string("tracker_type: botsort\n"), std::string("classes: {0: 3}\n"),
          std::string("x: &anchor 3\n"), std::string("deepstream_version: 5.1\n"),
          std::string("deepstream_version: seven\n"), std::string("\"unfinished\n"), long_one}) {
        const ConfigFile config(yaml);
        HostOptions options;
        options.config_path = config.path();
        require(fails(options), "this configuration was taken: " + yaml.substr(0, 60));
    }
    HostOptions missing;
    missing.config_path = "/nonexistent/tracker.yml";
    require(fails(missing), "a missing configuration was taken");
    for (const char* version : {"5.1", "7.5", stage.version < "7" ? "7.1" : "6.2"}) {
        present_version(version);
        require(fails({}), std::string("a host was taken that says ") + version);
    }
    present_version(stage.version);
    // What the first context found holds for the whole process.
    const Library library(stage.library);
    const Host host(library, stage.version, {});
    const ConfigFile config(
        "deepstream_version: " + std::string(stage.version < "7" ? "7.1" : "6.2") + "\n");
    HostOptions other;
    other.config_path = config.path();
    bool refused = false;
    try {
        Host(library, stage.version, other);
    } catch (const std::runtime_error&) {
        refused = true;
    }
    require(refused, "two contexts of one process have different hosts");
}

// Calls without a context, with a foreign one, and without what they need: nothing happens.
void play_wrong_calls(const Stage& stage) {
    const Library library(stage.library);
    const auto call = [&](const char* name, auto... arguments) {
        using Call = int (*)(decltype(arguments)...);
        return reinterpret_cast<Call>(library.symbol(name))(arguments...);
    };
    void* const none = nullptr;
    void* handle = nullptr;
    char path[1] = "";
    const auto size = static_cast<std::uint16_t>(0);
    require(call("NvMOT_Query", size, &path[0], none) != 0, "a query without room was answered");
    require(call("NvMOT_Init", none, &handle, none) != 0 && handle == nullptr &&
                call("NvMOT_Init", static_cast<void*>(path), none, none) != 0,
            "a context was made of nothing");
    require(call("NvMOT_Process", none, none, none) != 0, "frames of no context were taken");
    const std::string yaml = "match_thresh: 0.5\n";
    if (library.symbol("NvMOT_UpdateParams") != nullptr) {
        require(call("NvMOT_UpdateParams", none, &yaml) != 0, "no context took a configuration");
    }
    for (const char* name : {"NvMOT_RetrieveMiscData", "NvMOT_ProcessPast"}) {
        require(call(name, none, none, none) == 0, "what no context has to tell is an error");
    }
    require(call("NvMOT_RemoveStreams", none, std::uint64_t{1}) == 0, "no context: an error");
    const auto close = reinterpret_cast<void (*)(void*)>(library.symbol("NvMOT_DeInit"));
    const Overheard overheard;
    close(nullptr);
    require(!overheard.anything(), "no context is closed with a word");
    close(&handle);
    require(content_of(overheard.path()).find("no such context") != std::string::npos,
            "a foreign context is closed without a word");
    Host host(library, stage.version, {});
    require(host.process({{stream_of(0), 0, true, crowd(0, 5, 0)}})[0].tracked.size() == 5,
            "wrong calls disturb a context");
}

// Several contexts at once, each in its own thread: started together, as 6.4's sub-batches are.
void play_together(const Stage& stage, const HostOptions& options) {
    const Library library(stage.library);
    constexpr std::size_t kThreads = 4;
    std::set<std::uint64_t> ids[kThreads];
    std::string failure[kThreads];
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < kThreads; ++k) {
        threads.emplace_back([&, k] {
            try {
                Host host(library, stage.version, options);
                for (std::uint32_t number = 0; number < 40; ++number) {
                    const FrameIn frame{stream_of(static_cast<std::uint32_t>(k)), number, true,
                                        crowd(number, 16, static_cast<unsigned>(k))};
                    check_frame(frame, host.process({frame})[0], ids[k]);
                }
            } catch (const std::exception& error) {
                failure[k] = error.what();
            }
        });
    }
    std::set<std::uint64_t> all;
    for (std::size_t k = 0; k < kThreads; ++k) {
        threads[k].join();
        all.insert(ids[k].begin(), ids[k].end());
    }
    for (const std::string& what : failure) {
        require(what.empty(), what);
    }
    require(all.size() == 16 * kThreads, "contexts share ids");
}

// Without files, and with all of them: the contexts share the metrics and the state.
void play_contexts(const Stage& stage) {
    play_together(stage, {});
    const Folder folder;
    const ConfigFile config("record: " + folder.path() + "/run\nmetrics_file: " + folder.path() +
                            "/metrics\nstate_file: " + folder.path() + "/state\n");
    HostOptions options;
    options.config_path = config.path();
    play_together(stage, options);
    require(folder.files(".csv").size() == 4, "not every context has a recording");
}

// New thresholds take hold at once, and the tracks stay.
void play_live_change(const Stage& stage) {
    const Library library(stage.library);
    Host host(library, stage.version, {});
    std::set<std::uint64_t> ids;
    const auto play = [&](std::uint32_t number, float score) {
        std::vector<Object> objects = crowd(number, 4, 0);
        objects.push_back({800, 400, 40, 40, score, 0});
        const FrameIn frame{stream_of(0), number, true, objects};
        const FrameOut out = host.process({frame})[0];
        check_frame(frame, out, ids);
        return out.tracked.size();
    };
    for (std::uint32_t number = 0; number < 3; ++number) {
        require(play(number, 0.4F) == 4, "a score below new_track_thresh began a track");
    }
    host.update_params("track_hihg_thresh: 0.5");  // refused, with a line
    host.update_params("track_high_thresh: 0.3\nnew_track_thresh: 0.35\nid_mode: unique\n");
    play(3, 0.4F);
    require(play(4, 0.4F) == 5, "the new threshold did not take hold");
    require(ids.size() == 5, "the change gave old tracks new ids");
}

// One walker hides for a while, one for good, one comes late: past frames, shadows and ends.
void play_misc_data(const Stage& stage) {
    const Library library(stage.library);
    const ConfigFile config(
        "past_frames: true\nterminated_tracks: true\nshadow_tracks: true\n"
        "track_buffer: 10\nmax_trajectory: 8\n");
    HostOptions options;
    options.config_path = config.path();
    Host host(library, stage.version, options);
    std::vector<MiscTrack> past, terminated;
    std::set<std::uint32_t> shadows;
    for (std::uint32_t number = 0; number < 40; ++number) {
        std::vector<Object> objects;
        const auto walk = [&](float y, bool visible) {
            if (visible) {
                objects.push_back({10.0F + static_cast<float>(number), y, 30, 60, 0.9F, 1});
            }
        };
        walk(0, number < 10 || number >= 15);  // hidden in 10 to 14
        walk(100, number < 20);                // gone from 20 on
        walk(200, number >= 5);                // tentative in 5
        host.process({{stream_of(3), number, true, objects}});
        MiscOut misc = host.misc();
        past.insert(past.end(), misc.past.begin(), misc.past.end());
        terminated.insert(terminated.end(), misc.terminated.begin(), misc.terminated.end());
        if (!misc.shadow.empty()) {
            shadows.insert(misc.shadow[0].numbers.at(0));
        }
    }
    using Numbers = std::vector<std::uint32_t>;
    require(past.size() == 2 && past[0].numbers == Numbers({5}) &&
                past[1].numbers == Numbers({10, 11, 12, 13, 14}),
            "past frames are not those that were not reported");
    if (!host.query().terminated) {
        return;
    }
    require(terminated.size() == 1 && terminated[0].stream == stream_of(3) &&
                terminated[0].numbers == Numbers({12, 13, 14, 15, 16, 17, 18, 19}),
            "the track that ended is not told by its last frames");
    require(shadows.size() == 15 && *shadows.begin() == 10 && *shadows.rbegin() == 29,
            "lost tracks are not told while they are lost");
}

}  // namespace native
