#include "deepstream/plugin.hpp"

#include <dlfcn.h>
#include <stdlib.h>

#include <cstring>
#include <fstream>
#include <memory>

namespace streamtrack::nvmot {
namespace {

// The head of GStreamer's GstPluginDesc, which has been so since GStreamer 1.0.
struct PluginDescription {
    int major_version;
    int minor_version;
    const char* name;
    const char* description;
    void* plugin_init;
    const char* version;
};

std::string resolved(const char* path) {
    const std::unique_ptr<char, decltype(&free)> real(realpath(path, nullptr), &free);
    return real != nullptr ? real.get() : path;
}

std::string described_version(const char* path) {
    constexpr std::size_t kLongest = 32;
    void* plugin = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (plugin == nullptr) {
        return "";
    }
    using Describe = const PluginDescription* (*)();
    const auto describe =
        reinterpret_cast<Describe>(dlsym(plugin, "gst_plugin_nvdsgst_tracker_get_desc"));
    const PluginDescription* description = describe != nullptr ? describe() : nullptr;
    std::string version;
    if (description != nullptr && description->version != nullptr) {
        version.assign(description->version, strnlen(description->version, kLongest));
    }
    dlclose(plugin);
    return version;
}

// "7.1" of /opt/nvidia/deepstream/deepstream-7.1/lib/gst-plugins/libnvdsgst_tracker.so.
std::string version_in(const std::string& path) {
    constexpr const char* kMark = "/deepstream-";
    const std::size_t found = path.rfind(kMark);
    if (found == std::string::npos) {
        return "";
    }
    const std::size_t start = found + std::strlen(kMark);
    return path.substr(start, path.find_first_not_of("0123456789.", start) - start);
}

// The installation's folder is the one above the last `lib`.
std::string installation_of(const std::string& path) {
    const std::size_t found = path.rfind("/lib/");
    return found == std::string::npos ? "" : path.substr(0, found);
}

// The number in the line `Version: X.Y`.
std::string version_in_file(const std::string& path) {
    constexpr int kMostLines = 32;
    std::ifstream file(path);
    std::string line;
    for (int k = 0; k < kMostLines && std::getline(file, line); ++k) {
        if (line.compare(0, 8, "Version:") == 0) {
            const std::size_t start = line.find_first_of("0123456789");
            return start == std::string::npos
                       ? ""
                       : line.substr(start, line.find_first_not_of("0123456789.", start) - start);
        }
    }
    return "";
}

}  // namespace

Evidence look_at_plugin(const void* caller) {
    Evidence evidence;
    Dl_info info{};
    const bool found = dladdr(caller, &info) != 0 && info.dli_fname != nullptr;
    const std::string path = found ? resolved(info.dli_fname) : "an unknown caller";
    evidence.descriptor = {found ? described_version(info.dli_fname) : "",
                           "the plugin descriptor of " + path};
    evidence.folder = {version_in(path), "the path " + path};
    const std::string installation = installation_of(path);
    const std::string file = installation + "/version";
    evidence.version_file = {installation.empty() ? "" : version_in_file(file), file};
    const std::string standard = "/opt/nvidia/deepstream/deepstream/version";
    evidence.default_version_file = {version_in_file(standard), standard};
    return evidence;
}

}  // namespace streamtrack::nvmot
