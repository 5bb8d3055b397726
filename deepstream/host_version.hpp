// Which DeepStream calls? No structure of NvMOT says so: it is found out at the first call.
//
// In this order: the version that the calling plugin's descriptor names, the folder that the plugin
// is installed in, the version file of that installation, the version file of the default one. The
// configuration's `deepstream_version` overrides them. What was found must agree with itself and
// with the order of the first calls, else the host is refused: a wrong guess would overwrite the
// host's memory.
#pragma once

#include <stdexcept>
#include <string>

#include "deepstream/abi.hpp"

namespace streamtrack::nvmot {

// Says what is wrong with the host and what to do.
struct HostError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Host {
    const Abi* abi;
    std::string version;    // as found: "7.1"
    std::string source;     // where it was found
    bool is_newer = false;  // than the newest known: its structures are checked before use
};

enum class FirstCall { query, init };

// The process's host: found at the first call, remembered from then on. `caller` is an address in
// the plugin (the return address of the exported function), `wished` the configuration's
// deepstream_version. Throws HostError. Any thread, at any time.
const Host& find_host(const void* caller, FirstCall call, const std::string& wished);

// The same where it was found before, else nullptr.
const Host* known_host();

// How to read NvMOT_Init's configuration, whose file may have the deepstream_version that finding
// the host needs: where the host is not known yet it is 7.0's form, which all later ones share,
// since no older host calls NvMOT_Init first.
const Abi& abi_for_init();

// The generation of a version such as "6.1.1"; throws HostError where there is none. Sets
// `is_newer` for a version after the newest known.
const Abi& abi_of_version(const std::string& version, bool& is_newer);

}  // namespace streamtrack::nvmot
