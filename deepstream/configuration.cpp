#include "deepstream/configuration.hpp"

#include <stdlib.h>

#include <algorithm>
#include <utility>

#include "deepstream/yaml_reader.hpp"

namespace streamtrack::nvmot {
namespace {

using Assignment = Config::Assignment;

bool is_same_key(const Assignment& a, const Assignment& b) {
    return a.layer == b.layer && a.section == b.section && a.parameter == b.parameter;
}

bool has_key(const Config& config, const Assignment& wanted) {
    const std::vector<Assignment>& all = config.assignments();
    return std::any_of(all.begin(), all.end(),
                       [&](const Assignment& one) { return is_same_key(one, wanted); });
}

// Both as the table writes them, so that 5 and 5.0 are the same.
bool says_the_same(const Assignment& said, const Settings& current) {
    Settings after = current;
    assign(*said.parameter, said.value, after);
    return text_of(*said.parameter, after) == text_of(*said.parameter, current);
}

}  // namespace

Config load_config(const std::string& path) {
    Config config;
    if (!path.empty()) {
        read_yaml(read_text(path), path, config);
    }
    for (const auto& [variable, key] :
         {std::pair{"STREAMTRACK_RECORD", "record"}, std::pair{kNodeIdVariable, "node_id"}}) {
        config.set_from_environment(variable, ::secure_getenv(variable), key);
    }
    return config;
}

Config changed_config(const Config& current, const Config& said,
                      std::vector<std::string>& refused) {
    Config changed;
    for (const Assignment& old : current.assignments()) {
        if (!old.parameter->live || !has_key(said, old)) {
            changed.set(old.layer, old.section, old.parameter->name, old.value);
        }
    }
    for (const Assignment& one : said.assignments()) {
        if (one.parameter->live) {
            changed.set(one.layer, one.section, one.parameter->name, one.value);
            continue;
        }
        const Settings settings =
            current.resolve(one.layer == Layer::streams ? one.section : std::string());
        if (!says_the_same(one, settings)) {
            refused.push_back(std::string(one.parameter->name) + " stays " +
                              text_of(*one.parameter, settings) + ", got " + one.value +
                              "; it cannot change while streams run: restart the pipeline");
        }
    }
    changed.check();
    return changed;
}

std::vector<std::string> sections_of_no_pad(const Config& config) {
    std::vector<std::string> sections;
    for (const Assignment& one : config.assignments()) {
        const std::string& name = one.section;
        const bool digits = !name.empty() && name.size() <= 10 &&
                            name.find_first_not_of("0123456789") == std::string::npos;
        const bool is_pad = digits && (name.size() == 1 || name[0] != '0');
        if (one.layer == Layer::streams && !is_pad &&
            std::find(sections.begin(), sections.end(), name) == sections.end()) {
            sections.push_back(name);
        }
    }
    return sections;
}

QueryAnswer answer_for(const Settings& settings) {
    const auto trajectory = static_cast<std::uint32_t>(settings.max_trajectory);
    const std::int64_t lost = std::clamp<std::int64_t>(settings.buffer_frames(), 1, trajectory);
    return {static_cast<std::uint32_t>(settings.max_targets_per_stream),
            settings.past_frames ? trajectory : static_cast<std::uint32_t>(lost),
            trajectory,
            settings.past_frames,
            settings.terminated_tracks,
            settings.shadow_tracks};
}

}  // namespace streamtrack::nvmot
