// The YAML reader, and what a context does with what it read: any text is taken whole or refused
// with a line, and what was taken can be resolved for any stream.
#include "bytes.hpp"
#include "deepstream/configuration.hpp"
#include "deepstream/yaml_reader.hpp"

using namespace streamtrack;
using namespace streamtrack::nvmot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    Config config;
    try {
        read_yaml(text, "fuzzed", config);
    } catch (const std::exception& refused) {
        const std::string line = refused.what();
        fuzz::require(!line.empty() && line.find('\n') == std::string::npos);
        fuzz::require(config.assignments().empty());
        return 0;
    }
    config.check();
    const Settings settings = config.resolve("1");
    fuzz::require(settings.track_high_thresh >= settings.track_low_thresh);
    fuzz::require(settings.buffer_frames() >= 0 && settings.max_targets_per_stream > 0);
    std::vector<std::string> refused;
    changed_config(Config(), config, refused);
    return 0;
}
