#include "core/config.hpp"

#include <algorithm>
#include <cmath>

namespace streamtrack {
namespace {

// What a resolution is about: a stream, and within it perhaps one class.
struct Subject {
    const std::string& stream;
    const std::string* class_id;
};

bool concerns(const Config::Assignment& assignment, const Subject& subject) {
    switch (assignment.layer) {
        case Layer::classes:
            return subject.class_id != nullptr && assignment.section == *subject.class_id;
        case Layer::streams:
            return assignment.section == subject.stream;
        case Layer::sequence:
            return assignment.section.empty() || assignment.section == subject.stream;
        default:
            return true;
    }
}

void apply_preset(Settings& settings, const std::vector<Config::Assignment>& assignments,
                  const Subject& subject) {
    const Parameter& preset = *find_parameter("preset");
    for (const Config::Assignment& assignment : assignments) {
        if (assignment.parameter == &preset && concerns(assignment, subject)) {
            assign(preset, assignment.value, settings);
        }
    }
    if (settings.preset != Preset::reference) {
        return;
    }
    for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
        if (std::string(row->default_text) != row->reference_text) {
            assign(*row, row->reference_text, settings);
        }
    }
}

Settings resolve_for(const std::vector<Config::Assignment>& assignments, const Subject& subject) {
    Settings settings;
    apply_preset(settings, assignments, subject);
    for (const Config::Assignment& assignment : assignments) {
        if (concerns(assignment, subject)) {
            assign(*assignment.parameter, assignment.value, settings);
        }
    }
    if (std::isnan(settings.new_track_thresh)) {
        settings.new_track_thresh = std::min(1.0, settings.track_high_thresh + 0.1);
    }
    return settings;
}

void check_bands(const ClassSettings& settings, const std::string& whose) {
    if (settings.track_low_thresh > settings.track_high_thresh) {
        const Parameter& low = *find_parameter("track_low_thresh");
        const Parameter& high = *find_parameter("track_high_thresh");
        Settings shown;
        static_cast<ClassSettings&>(shown) = settings;
        throw ConfigError("track_low_thresh must be at most track_high_thresh" + whose + ", got " +
                          text_of(low, shown) + " above " + text_of(high, shown) +
                          "; lower the one or raise the other");
    }
}

bool has_a_place(const Parameter& parameter, Layer layer) {
    switch (layer) {
        case Layer::classes:
            return parameter.scope == Scope::stream_and_class ||
                   parameter.scope == Scope::class_only;
        case Layer::streams:
        case Layer::sequence:
            return parameter.scope == Scope::stream || parameter.scope == Scope::stream_and_class;
        default:
            return parameter.scope != Scope::class_only;
    }
}

void check_class_id(const std::string& section) {
    const bool digits = !section.empty() && section.size() <= 10 &&
                        section.find_first_not_of("0123456789") == std::string::npos;
    const bool padded = section.size() > 1 && section[0] == '0';  // 1 and 01 would be one class
    if (!digits || padded || std::stoll(section) > 0x7fffffff) {
        throw ConfigError("a key of classes: must be a class id from 0 to 2147483647, got " +
                          section + "; use the detector's number of the class");
    }
}

}  // namespace

void Config::set(Layer layer, const std::string& section, const std::string& key,
                 const std::string& value) {
    const Parameter* parameter = find_parameter(key);
    if (parameter == nullptr) {
        throw ConfigError("a key must be a known parameter, got " + key + "; the nearest is " +
                          nearest_parameter(key));
    }
    if (layer == Layer::classes) {
        check_class_id(section);
    }
    if (layer == Layer::streams && section.empty()) {
        throw ConfigError(
            "a key of streams: must be a stream's name or pad index, got nothing; write the name");
    }
    if (!has_a_place(*parameter, layer)) {
        throw ConfigError(key + " must stand " +
                          (parameter->scope == Scope::class_only
                               ? "under a class of classes:, got it elsewhere; move it there"
                               : "at the top level, got it in a section; move it there"));
    }
    Settings trial;
    assign(*parameter, value, trial);
    const auto later = [&](const Assignment& other) { return other.layer > layer; };
    assignments_.insert(std::find_if(assignments_.begin(), assignments_.end(), later),
                        {layer, section, parameter, value});
}

void Config::set_from_environment(const std::string& variable, const char* text,
                                  const std::string& key) {
    const auto is_overridden = [&](const Assignment& one) {
        return one.layer == Layer::command && key == one.parameter->name;
    };
    if (text == nullptr || *text == '\0' ||
        std::any_of(assignments_.begin(), assignments_.end(), is_overridden)) {
        return;
    }
    try {
        set(Layer::command, "", key, text);
    } catch (const ConfigError& error) {
        throw ConfigError("the environment variable " + variable + ": " + error.what());
    }
}

Settings Config::resolve(const std::string& stream) const {
    Settings settings = resolve_for(assignments_, {stream, nullptr});
    check_bands(settings, "");
    std::vector<std::string> classes;
    for (const Assignment& assignment : assignments_) {
        if (assignment.layer == Layer::classes &&
            std::find(classes.begin(), classes.end(), assignment.section) == classes.end()) {
            classes.push_back(assignment.section);
        }
    }
    for (const std::string& id : classes) {
        const Settings of_class = resolve_for(assignments_, {stream, &id});
        check_bands(of_class, " for class " + id);
        settings.class_overrides.push_back({static_cast<std::int32_t>(std::stoll(id)), of_class});
    }
    std::sort(settings.class_overrides.begin(), settings.class_overrides.end(),
              [](const auto& a, const auto& b) { return a.class_id < b.class_id; });
    return settings;
}

void Config::check() const {
    resolve();
    for (const Assignment& assignment : assignments_) {
        if (assignment.layer == Layer::streams) {
            resolve(assignment.section);
        }
    }
}

}  // namespace streamtrack
