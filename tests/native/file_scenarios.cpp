// What the library writes to files.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "scenarios.hpp"

namespace native {

Folder::Folder() : path_("/tmp/nvmot_driver_XXXXXX") {
    require(mkdtemp(path_.data()) != nullptr, "cannot make " + path_);
}

Folder::~Folder() {
    for (const std::string& file : files("")) {
        unlink(file.c_str());
    }
    rmdir(path_.c_str());
}

std::vector<std::string> Folder::files(const std::string& ending) const {
    std::vector<std::string> found;
    DIR* folder = opendir(path_.c_str());
    while (const dirent* entry = readdir(folder)) {
        const std::string name = entry->d_name;
        if (name != "." && name != ".." && name.size() >= ending.size() &&
            name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
            found.push_back(path_ + "/" + name);
        }
    }
    closedir(folder);
    std::sort(found.begin(), found.end());
    return found;
}

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::string rows_of(const FrameIn& in, const FrameOut& out) {
    std::string rows;
    for (const Tracked& tracked : out.tracked) {
        char row[256];
        const Object& object = tracked.object;
        std::snprintf(row, sizeof row, "%llu,%u,%llu,%a,%a,%a,%a,%a,%d\n",
                      static_cast<unsigned long long>(in.stream), in.number,
                      static_cast<unsigned long long>(tracked.id), static_cast<double>(object.x),
                      static_cast<double>(object.y), static_cast<double>(object.width),
                      static_cast<double>(object.height), static_cast<double>(object.score),
                      object.class_id);
        rows += row;
    }
    return rows;
}

std::string replayed(const Stage& stage, const std::vector<std::string>& parts) {
    std::string command = stage.tools + "/nvmot_replay";
    for (const std::string& part : parts) {
        command += " " + part;
    }
    std::string rows;
    FILE* pipe = popen(command.c_str(), "r");
    char piece[4096];
    for (std::size_t count; (count = fread(piece, 1, sizeof piece, pipe)) > 0;) {
        rows.append(piece, count);
    }
    require(pclose(pipe) == 0, "nvmot_replay failed");
    return rows;
}

namespace {

void wait_for_writer() { std::this_thread::sleep_for(std::chrono::milliseconds(120)); }

// Frames with all that may happen to streams; returns what the host got.
std::string play_everything(Host& host, bool live_change) {
    std::string rows;
    for (std::uint32_t number = 0; number < 90; ++number) {
        std::vector<FrameIn> frames;
        for (std::uint32_t pad = 0; pad < 4; ++pad) {
            const bool skipped = number > 5 && (number + pad) % 4 == 0;
            std::vector<Object> objects = crowd(number, skipped ? 0 : 20, pad);
            if (number % 10 == 9 && !skipped) {
                objects[3].score = 7;  // no tracker can take it
                objects[5].score = -0.1F;
            }
            if ((number + pad) % 13 != 0) {
                frames.push_back({stream_of(pad), number, !skipped, objects});
            }
        }
        host.fill(frames);
        const bool cut = number % 17 == 5;
        if (cut) {
            const Layout& layout = host.layout();
            put<std::uint32_t>(host.list(0) + layout.at("NvMOTTrackedObjList", "numAllocated"), 4);
        }
        const std::vector<FrameOut> out = host.run(frames);
        if (cut) {
            host.restore_output_sizes();
        }
        for (std::size_t k = 0; k < frames.size(); ++k) {
            rows += rows_of(frames[k], out[k]);
        }
        if (number == 40) {
            host.remove(stream_of(1));
        }
        if (number == 50 && live_change) {
            host.update_params(
                "track_high_thresh: 0.25\nskipped_frames: hold\nstreams: {2: {match_thresh: "
                "0.7}}\n");
        }
        if (number % 20 == 19) {
            wait_for_writer();
        }
    }
    return rows;
}

}  // namespace

// A recording plays back what the host got, over several parts, with both kinds of ids.
void play_recording(const Stage& stage) {
    for (const char* id_mode : {"sequential", "unique"}) {
        const Folder folder;
        const ConfigFile config(
            "record: " + folder.path() + "/gate\nrecord_max_mb: 1\nid_mode: " + id_mode +
            "\nclasses: {2: {track_low_thresh: 0.2}}\nmetrics_file: " + folder.path() +
            "/a, \"b\".prom\n");
        HostOptions options;
        options.config_path = config.path();
        std::string expected;
        {
            const Library library(stage.library);
            Host host(library, stage.version, options);
            expected = play_everything(host, host.layout().number() >= 800);
        }
        const std::vector<std::string> parts = folder.files(".csv");
        require(parts.size() > 1, "the recording has one part only");
        require(content_of(parts[0]).find(",\"" + folder.path() + "/a, \"\"b\"\".prom\"\n") !=
                    std::string::npos,
                "a value with a comma and quotes is not quoted");
        require(replayed(stage, parts) == expected,
                std::string("the replay differs from what the host got, id_mode ") + id_mode);
    }
}

// A folder that cannot be written to, and files that stay within their bounds.
void play_recording_faults(const Stage& stage) {
    const Library library(stage.library);
    const Folder folder;
    const auto play = [&](const std::string& record, std::uint32_t frames) {
        const ConfigFile config("record: " + record + "\nrecord_max_mb: 1\n");
        HostOptions options;
        options.config_path = config.path();
        Host host(library, stage.version, options);
        for (std::uint32_t number = 0; number < frames; ++number) {
            const FrameIn frame{stream_of(0), number, true, crowd(number, 100, 0)};
            require(host.process({frame})[0].tracked.size() > 50, "tracking stopped");
            if (number % 8 == 7) {
                wait_for_writer();
            }
        }
    };
    play(folder.path() + "/missing/run", 20);
    play(folder.path() + "/run", 320);
    std::uint64_t total = 0;
    for (const std::string& file : folder.files(".csv")) {
        total += content_of(file).size();
    }
    require(total > 600'000 && total <= 1'000'000,
            "a recording of about 2 MB should keep 1 MB, got " + std::to_string(total));
}

void play_metrics(const Stage& stage) {
    const Library library(stage.library);
    const Folder folder;
    const std::string path = folder.path() + "/health.prom";
    const ConfigFile config("metrics_file: " + path + "\n");
    HostOptions options;
    options.config_path = config.path();
    {
        Host host(library, stage.version, options);
        Host other(library, stage.version, options);
        for (std::uint32_t number = 0; number < 10; ++number) {
            host.process({{stream_of(0), number, true, crowd(number, 8, 0)},
                          {stream_of(1), number, number % 2 == 0, {}}});
            other.process({{stream_of(2), number, true, {{0, 0, -1, 4, 0.5F, 0}}}});
        }
        wait_for_writer();
    }
    const std::string text = content_of(path);
    // `other` is closed first, so the last file has the first context alone.
    for (const char* line :
         {"streamtrack_streams{", "streamtrack_tracks{", "streamtrack_process_seconds_bucket{",
          "streamtrack_resident_memory_bytes ", "le=\"+Inf\"} 10\n", "detected=\"false\"} 5\n",
          "state=\"tracked\"} 8\n"}) {
        require(text.find(line) != std::string::npos,
                std::string("the metrics lack ") + line + "\n" + text);
    }
    require(folder.files("").size() == 1, "something was left beside the metrics file");
}

// After a restart ids go on, and so do tracks that were saved just now.
void play_state_file(const Stage& stage) {
    const Folder folder;
    const ConfigFile config("state_file: " + folder.path() +
                            "/state\ntrack_buffer: 1800\n");  // valgrind takes its time
    HostOptions options;
    options.config_path = config.path();
    std::set<std::uint64_t> before, after, fresh;
    const auto play = [&](std::uint32_t first, std::uint32_t last, std::uint32_t pad,
                          std::set<std::uint64_t>& ids) {
        const Library library(stage.library);  // unloaded at the end: nothing is kept in memory
        Host host(library, stage.version, options);
        for (std::uint32_t number = first; number < last; ++number) {
            const FrameIn frame{stream_of(pad), number, true, crowd(number, 10, 0)};
            const FrameOut out = host.process({frame})[0];
            for (const Tracked& tracked : out.tracked) {
                ids.insert(tracked.id);
            }
        }
    };
    play(0, 10, 0, before);
    play(10, 20, 0, after);
    play(20, 30, 1, fresh);
    require(before.size() == 10 && before == after, "tracks did not go on after the restart");
    require(fresh.size() == 10 && *fresh.begin() > *before.rbegin(), "ids did not go on");
    std::ofstream(folder.path() + "/state", std::ios::app) << "x";
    std::set<std::uint64_t> ignored;
    play(30, 33, 0, ignored);
    require(ignored.size() == 10, "a broken state file stops the tracker");
}

}  // namespace native
