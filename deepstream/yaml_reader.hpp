// Reads a YAML configuration into a Config.
#pragma once

#include <string>

#include "core/config.hpp"

namespace streamtrack::nvmot {

// The text of a configuration file. Throws std::runtime_error that says what is wrong with it:
// missing, not a regular file, not readable, above 1 MB.
std::string read_text(const std::string& path);

// `key: value` lines, and the sections `classes:` and `streams:` with a section for each class id
// and stream. `source` is what errors call the text. Throws ConfigError with source, line, key, the
// rule and a fix; `config` is then as before.
//
// A first line `%YAML:1.0` (OpenCV's, as in NVIDIA's files) is skipped. `tracker_type`, as
// Ultralytics' bytetrack.yaml has it, must be bytetrack.
void read_yaml(const std::string& text, const std::string& source, Config& config);

}  // namespace streamtrack::nvmot
