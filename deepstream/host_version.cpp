#include "deepstream/host_version.hpp"

#include <cstdio>
#include <memory>
#include <mutex>

#include "deepstream/log.hpp"
#include "deepstream/plugin.hpp"

namespace streamtrack::nvmot {
namespace {

constexpr const char* kHowToSay =
    "; if you are sure, write deepstream_version: X.Y (the version of your DeepStream) into the "
    "file that ll-config-file names";

struct Numbers {
    int major = 0;
    int minor = 0;
};

bool parse(const std::string& version, Numbers& numbers) {
    return std::sscanf(version.c_str(), "%3d.%3d", &numbers.major, &numbers.minor) == 2;
}

// Whether a text names a DeepStream at all: other numbers than its own say nothing.
bool is_deepstream(const std::string& version) {
    Numbers numbers;
    return parse(version, numbers) && numbers.major >= 4 && numbers.major < 100;
}

std::string all_of(const Evidence& evidence) {
    std::string text;
    for (const Clue* clue : {&evidence.descriptor, &evidence.folder, &evidence.version_file,
                             &evidence.default_version_file}) {
        text += text.empty() ? "" : ", ";
        text += clue->source + (clue->version.empty() ? " says nothing" : " says " + clue->version);
    }
    return text;
}

Host host_of(const Clue& clue) {
    Host host;
    host.version = clue.version;
    host.source = clue.source;
    host.abi = &abi_of_version(clue.version, host.is_newer);
    return host;
}

// The first clue that names a DeepStream; those about the plugin itself must not contradict it.
// An empty version where there is none.
Clue best_clue(const Evidence& evidence) {
    Clue best;
    for (const Clue* clue : {&evidence.descriptor, &evidence.folder, &evidence.version_file}) {
        if (!is_deepstream(clue->version)) {
            continue;
        }
        bool newer = false;
        if (best.version.empty()) {
            best = *clue;
        } else if (&abi_of_version(best.version, newer) != &abi_of_version(clue->version, newer)) {
            throw HostError("the plugin contradicts itself about the version of DeepStream: " +
                            all_of(evidence) + kHowToSay);
        }
    }
    if (best.version.empty() && is_deepstream(evidence.default_version_file.version)) {
        best = evidence.default_version_file;
    }
    return best;
}

void check_call_order(const Host& host, FirstCall call) {
    if (host.abi->init_first != (call == FirstCall::init)) {
        throw HostError(std::string("the host's first call was ") +
                        (call == FirstCall::init ? "NvMOT_Init" : "NvMOT_Query") +
                        ", which DeepStream " + host.version + " (" + host.source +
                        ") does not call first; check that the plugin and the version belong "
                        "together" +
                        kHowToSay);
    }
}

Host detect(const void* caller, FirstCall call, const std::string& wished) {
    Host host;
    if (wished != "auto" && !wished.empty()) {
        host = host_of({wished, "deepstream_version of the configuration"});
    } else {
        const Evidence evidence = look_at_plugin(caller);
        const Clue clue = best_clue(evidence);
        if (clue.version.empty()) {
            throw HostError("cannot find out which version of DeepStream is calling: " +
                            all_of(evidence) + kHowToSay);
        }
        host = host_of(clue);
    }
    check_call_order(host, call);
    return host;
}

std::mutex detection_mutex;
std::unique_ptr<const Host> found_host;  // guarded by detection_mutex; once set, it stays

}  // namespace

const Abi& abi_of_version(const std::string& version, bool& is_newer) {
    struct Row {
        int major, first_minor, last_minor;
        Generation generation;
    };
    static constexpr Row rows[] = {
        {6, 0, 2, Generation::deepstream_6_0}, {6, 3, 3, Generation::deepstream_6_3},
        {6, 4, 4, Generation::deepstream_6_4}, {7, 0, 1, Generation::deepstream_7_0},
        {8, 0, 0, Generation::deepstream_8_0}, {9, 0, 0, Generation::deepstream_9_0},
        {9, 1, 1, Generation::deepstream_9_1},
    };
    is_newer = false;
    Numbers numbers;
    if (!parse(version, numbers)) {
        throw HostError("deepstream_version must be auto or a version such as 7.1, got " + version +
                        "; leave it out, or write your DeepStream's version");
    }
    for (const Row& row : rows) {
        if (row.major == numbers.major && row.first_minor <= numbers.minor &&
            numbers.minor <= row.last_minor) {
            return abi_of(row.generation);
        }
    }
    if (numbers.major > 9 || (numbers.major == 9 && numbers.minor > 1)) {
        is_newer = true;
        return abi_of(Generation::deepstream_9_1);
    }
    throw HostError("DeepStream " + version +
                    " is not supported; 6.0 to 6.4, 7.0, 7.1, 8.0, 9.0 and 9.1 are" + kHowToSay);
}

const Host& find_host(const void* caller, FirstCall call, const std::string& wished) {
    const std::lock_guard<std::mutex> lock(detection_mutex);
    if (found_host == nullptr) {
        found_host = std::make_unique<const Host>(detect(caller, call, wished));
    } else if (wished != "auto" && !wished.empty()) {
        bool newer = false;
        if (&abi_of_version(wished, newer) != found_host->abi) {
            throw HostError("deepstream_version is " + wished +
                            ", but this process's host was found to be DeepStream " +
                            found_host->version + " (" + found_host->source +
                            "); write the same version into every configuration of the process");
        }
    }
    return *found_host;
}

const Host* known_host() {
    const std::lock_guard<std::mutex> lock(detection_mutex);
    return found_host.get();
}

const Abi& abi_for_init() {
    const std::lock_guard<std::mutex> lock(detection_mutex);
    return found_host != nullptr ? *found_host->abi : abi_of(Generation::deepstream_7_0);
}

}  // namespace streamtrack::nvmot
