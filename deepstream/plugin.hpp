// What the plugin that calls us, and the installation around it, say about their version.
#pragma once

#include <string>

namespace streamtrack::nvmot {

struct Clue {
    std::string version;  // empty: says nothing
    std::string source;   // who says so, for messages
};

struct Evidence {
    Clue descriptor;            // of the GStreamer plugin
    Clue folder;                // .../deepstream-X.Y/...
    Clue version_file;          // of the installation that the plugin lies in
    Clue default_version_file;  // /opt/nvidia/deepstream/deepstream/version
};

// `caller`: an address in the plugin's code.
Evidence look_at_plugin(const void* caller);

}  // namespace streamtrack::nvmot
