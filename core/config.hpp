// A configuration: what was said of which parameter and where, and what follows for a stream.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "core/parameters.hpp"
#include "core/settings.hpp"

namespace streamtrack {

// One clear sentence: what must be, what was got, what to do.
struct ConfigError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

// Where a host of a fleet is told its `node_id`, for the doors that look into the environment.
constexpr const char* kNodeIdVariable = "STREAMTRACK_NODE_ID";

// Who said it, in rising order of precedence (above the preset and the defaults).
enum class Layer {
    sequence,  // seqinfo.ini: frame_rate
    file,      // top level of the file, or keywords
    classes,   // `classes:` of the file; section is the class id
    streams,   // `streams:` of the file; section is the stream's name (DeepStream: the pad index)
    command,   // --set, the last one wins
};

class Config {
  public:
    // Throws ConfigError for an unknown key (with the nearest known one), a key that has no place
    // in this layer, a wrong type or a value out of range; the configuration is then as before.
    void set(Layer layer, const std::string& section, const std::string& key,
             const std::string& value);

    // What an environment variable says of a parameter, above all but --set; a text that is nullptr
    // or empty says nothing. Throws ConfigError, with the variable's name, as set() does.
    void set_from_environment(const std::string& variable, const char* text,
                              const std::string& key);

    // The settings of one stream. Throws ConfigError where values contradict each other.
    Settings resolve(const std::string& stream = std::string()) const;

    // Resolves every section, so that contradictions show before the first frame.
    void check() const;

    struct Assignment {
        Layer layer;
        std::string section;
        const Parameter* parameter;
        std::string value;
    };
    const std::vector<Assignment>& assignments() const { return assignments_; }

  private:
    std::vector<Assignment> assignments_;
};

}  // namespace streamtrack
