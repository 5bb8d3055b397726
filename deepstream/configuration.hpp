// The configuration of a context: from a file, and as it may change while streams run.
#pragma once

#include <string>
#include <vector>

#include "core/config.hpp"
#include "deepstream/abi.hpp"

namespace streamtrack::nvmot {

// The configuration that ll-config-file names; an empty path gives the defaults. Throws ConfigError
// or std::runtime_error with one line that says what is wrong and what to do.
//
// The environment variables STREAMTRACK_RECORD and STREAMTRACK_NODE_ID, where set, take the place
// of `record` and `node_id`.
Config load_config(const std::string& path);

// `current` with what `said` changes. What cannot change while streams run stays as it is and is
// named in `refused`, a line each.
Config changed_config(const Config& current, const Config& said, std::vector<std::string>& refused);

// The sections of `streams:` that no stream of DeepStream's can have, since they name no pad index.
std::vector<std::string> sections_of_no_pad(const Config& config);

// What the host is to prepare for a context with these settings.
QueryAnswer answer_for(const Settings& settings);

}  // namespace streamtrack::nvmot
