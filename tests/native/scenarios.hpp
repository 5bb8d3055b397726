// What the driver plays. A scenario throws where the library did not do what it should.
#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "native_host.hpp"

namespace native {

struct Stage {
    std::string library;
    std::string version;
    std::string tools;  // the folder that nvmot_replay lies in
};

struct Scenario {
    const char* name;
    void (*play)(const Stage&);
};

const std::vector<Scenario>& scenarios();

inline void require(bool fine, const std::string& what) {
    if (!fine) {
        throw std::runtime_error(what);
    }
}

// Allocates nothing where all is fine.
inline void require(bool fine, const char* what) {
    if (!fine) {
        throw std::runtime_error(what);
    }
}

// A configuration file that goes away with its name.
class ConfigFile {
  public:
    explicit ConfigFile(const std::string& yaml);
    ~ConfigFile();
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// A folder that goes away with what is in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }
    // The paths of the files in it that end so, in order of their names.
    std::vector<std::string> files(const std::string& ending) const;

  private:
    std::string path_;
};

std::string content_of(const std::string& path);

// What nvmot_replay prints for these files, and the same rows for what a host got.
std::string replayed(const Stage& stage, const std::vector<std::string>& parts);
std::string rows_of(const FrameIn& in, const FrameOut& out);

// Objects that walk to the right at a steady pace, far from each other; `seed` places them.
std::vector<Object> crowd(std::uint32_t number, std::size_t size, unsigned seed);

// What holds for every frame's output; adds its ids to `ids`.
void check_frame(const FrameIn& in, const FrameOut& out, std::set<std::uint64_t>& ids);

// The stream id of a pad, as gst-nvtracker composes it.
inline std::uint64_t stream_of(std::uint32_t pad, std::uint32_t surface = 0) {
    return std::uint64_t{pad} << 32 | surface;
}

// Loads the library, plays a few frames through it and unloads it, so many times.
void reload(const Stage& stage, const HostOptions& options, int rounds);

void play_life(const Stage& stage);
void play_hostile(const Stage& stage);
void play_reloads(const Stage& stage);
void play_failures(const Stage& stage);
void play_wrong_calls(const Stage& stage);
void play_contexts(const Stage& stage);
void play_live_change(const Stage& stage);
void play_misc_data(const Stage& stage);
void play_recording(const Stage& stage);
void play_recording_faults(const Stage& stage);
void play_metrics(const Stage& stage);
void play_state_file(const Stage& stage);
void play_silent_frames(const Stage& stage);
void play_silent_frames_with_files(const Stage& stage);

}  // namespace native
