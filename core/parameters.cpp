#include "core/parameters.hpp"

#include <algorithm>
#include <limits>
#include <locale>
#include <sstream>
#include <vector>

#include "core/config.hpp"

namespace streamtrack {
namespace {

constexpr double kMany = 1e9;

using S = Settings;
using Text = std::string Settings::*;

// clang-format off
const Parameter kTable[] = {
    // name, default, reference's default, field, minimum, maximum, choices, unit, scope, live, meaning
    {"preset", "bytetrack", "reference", ChoiceField{&S::preset}, 0, 0, "bytetrack|reference", "", Scope::stream, false,
     "sets the defaults of what follows; `reference` keeps the original's quirks, `bytetrack` mends them"},
    {"track_high_thresh", "0.5", "0.5", static_cast<double S::*>(&S::track_high_thresh), 0, 1, "", "score", Scope::stream_and_class, true,
     "detections from this score on are matched first and may start tracks"},
    {"track_low_thresh", "0.1", "0.1", static_cast<double S::*>(&S::track_low_thresh), 0, 1, "", "score", Scope::stream_and_class, true,
     "detections above this score and below track_high_thresh can keep a track alive"},
    {"new_track_thresh", "track_high_thresh + 0.1, at most 1", "track_high_thresh + 0.1, at most 1", static_cast<double S::*>(&S::new_track_thresh), 0, 1, "", "score", Scope::stream_and_class, true,
     "lowest score that starts a track"},
    {"match_thresh", "0.8", "0.8", static_cast<double S::*>(&S::match_thresh), 0, 1, "", "cost", Scope::stream_and_class, true,
     "highest cost of a match between confirmed or lost tracks and high detections"},
    {"second_match_thresh", "0.5", "0.5", static_cast<double S::*>(&S::second_match_thresh), 0, 1, "", "cost", Scope::stream_and_class, true,
     "highest cost of a match between tracks still unmatched and low detections"},
    {"tentative_match_thresh", "0.7", "0.7", static_cast<double S::*>(&S::tentative_match_thresh), 0, 1, "", "cost", Scope::stream_and_class, true,
     "highest cost of a match that confirms a track seen once"},
    {"duplicate_iou_distance", "0.15", "0.15", &S::duplicate_iou_distance, 0, 1, "", "1 - IoU", Scope::stream, true,
     "a tracked and a lost track closer than this are one object: the longer one stays"},
    {"fuse_score", "true", "true", &S::fuse_score, 0, 0, "", "", Scope::stream, true,
     "multiply the IoU by the detection's score where high detections are matched"},
    {"iou_pixels", "continuous", "inclusive", ChoiceField{&S::iou_pixels}, 0, 0, "continuous|inclusive", "", Scope::stream, true,
     "whether a box from 0 to 9 is 9 pixels wide (continuous) or 10 (inclusive)"},
    {"class_aware", "true", "false", &S::class_aware, 0, 0, "", "", Scope::stream, true,
     "detections and tracks of different classes never match"},
    {"track_buffer", "30", "30", &S::track_buffer, 0, kMany, "", "frames at 30 per second", Scope::stream, true,
     "how long a lost track waits to be found again"},
    {"frame_rate", "30", "30", &S::frame_rate, 0.01, 10000, "", "frames per second", Scope::stream, true,
     "the stream's frame rate; scales track_buffer"},
    {"motion_time", "frames", "frames", ChoiceField{&S::motion_time}, 0, 0, "frames|real", "", Scope::stream, true,
     "`frames`: one step a frame; `real`: steps and buffer follow timestamps"},
    {"skipped_frames", "coast", "coast", ChoiceField{&S::skipped_frames}, 0, 0, "coast|hold|silent", "", Scope::stream, true,
     "what a frame without detection reports: predicted boxes, the last boxes, or nothing"},
    {"box_output", "detection", "kalman", ChoiceField{&S::box_output}, 0, 0, "detection|kalman", "", Scope::stream, true,
     "report the matched detection's own box, or the filter's"},
    {"score_smoothing", "0", "0", &S::score_smoothing, 0, 0.999, "", "share", Scope::stream, true,
     "0 reports the detection's score; above, the share of the old score kept"},
    {"report_tentative", "false", "false", &S::report_tentative, 0, 0, "", "", Scope::stream, true,
     "report tracks from their first frame on"},
    {"report_lost", "0", "0", &S::report_lost, 0, kMany, "", "frames", Scope::stream, true,
     "how long a lost track's predicted box goes on being reported"},
    {"max_targets_per_stream", "512", "512", &S::max_targets_per_stream, 1, 65536, "", "objects", Scope::process, false,
     "sizes DeepStream's arrays; objects beyond it are counted and logged"},
    {"max_idle_frames", "0", "0", &S::max_idle_frames, 0, kMany, "", "batches", Scope::process, true,
     "forget a stream that gave no frame for so many batches; 0: never"},
    {"id_mode", "sequential", "sequential", ChoiceField{&S::id_mode}, 0, 0, "sequential|unique", "", Scope::process, false,
     "`sequential`: 1, 2, 3 across all streams; `unique`: an upper half of its own for every stream of every process"},
    {"node_id", "0", "0", &S::node_id, 0, 127, "", "", Scope::process, false,
     "with `id_mode: unique`, this process's number; 0: none, random; STREAMTRACK_NODE_ID stands above it"},
    {"past_frames", "false", "false", &S::past_frames, 0, 0, "", "", Scope::process, false,
     "hand out the frames in which a track was not reported yet, once it is"},
    {"terminated_tracks", "false", "false", &S::terminated_tracks, 0, 0, "", "", Scope::process, false,
     "hand out the trajectories of tracks that ended"},
    {"shadow_tracks", "false", "false", &S::shadow_tracks, 0, 0, "", "", Scope::process, false,
     "hand out the predicted boxes of lost tracks"},
    {"max_trajectory", "64", "64", &S::max_trajectory, 1, 2000, "", "frames", Scope::process, false,
     "longest trajectory that is kept of a track for these three"},
    {"record", "", "", Text{&S::record}, 0, 0, "", "path", Scope::process, false,
     "record what the detector said to files of this name"},
    {"record_max_mb", "1024", "1024", &S::record_max_mb, 1, kMany, "", "MB", Scope::process, false,
     "the recording's files together stay below this size"},
    {"metrics_file", "", "", Text{&S::metrics_file}, 0, 0, "", "path", Scope::process, false,
     "write health figures to this file, in Prometheus' text format"},
    {"state_file", "", "", Text{&S::state_file}, 0, 0, "", "path", Scope::process, false,
     "keep ids, and tracks no older than track_buffer, in this file across restarts"},
    {"deepstream_version", "auto", "auto", Text{&S::deepstream_version}, 0, 0, "", "", Scope::process, false,
     "the host's version, where the library cannot find it"},
    {"log_level", "warning", "warning", ChoiceField{&S::log_level}, 0, 0, "error|warning|info|debug", "", Scope::process, true,
     "how much the library writes to stderr"},
    {"enabled", "true", "true", static_cast<bool S::*>(&S::enabled), 0, 0, "", "", Scope::class_only, true,
     "false drops the class's detections"},
};
// clang-format on

// Parses like YAML and Python write numbers, whatever the process's locale.
bool parse_number(const std::string& text, double& value) {
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    stream >> value;
    return !stream.fail() && stream.peek() == std::istringstream::traits_type::eof() &&
           text.find_first_of("xX \t\n") == std::string::npos;
}

std::string text_of_number(double value) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    for (const int digits : {6, 15, 17}) {  // the shortest of these that reads back to the same
        stream.str("");
        stream.precision(digits);
        stream << value;
        double back = 0;
        if (parse_number(stream.str(), back) && back == value) {
            break;
        }
    }
    return stream.str();
}

std::vector<std::string> split_choices(const Parameter& parameter) {
    std::vector<std::string> names;
    std::istringstream stream(parameter.choices);
    for (std::string name; std::getline(stream, name, '|');) {
        names.push_back(name);
    }
    return names;
}

[[noreturn]] void refuse(const Parameter& parameter, const std::string& text,
                         const std::string& fix) {
    throw ConfigError(std::string(parameter.name) + " must be " + expected_form(parameter) +
                      ", got " + (text.empty() ? "nothing" : text) + "; " + fix);
}

double number_in_range(const Parameter& parameter, const std::string& text) {
    double value = 0;
    if (!parse_number(text, value)) {
        refuse(parameter, text, "write a plain number");
    }
    if (value < parameter.minimum || value > parameter.maximum) {
        const bool looks_like_percent = parameter.maximum == 1 && value > 1 && value <= 100;
        refuse(
            parameter, text,
            looks_like_percent ? "divide percentages by 100" : "choose a value within the range");
    }
    return value;
}

// One assigner for each kind of field.
struct Assigner {
    const Parameter& parameter;
    const std::string& text;
    Settings& settings;

    void operator()(double Settings::* field) const {
        settings.*field = number_in_range(parameter, text);
    }
    void operator()(std::int64_t Settings::* field) const {
        const double value = number_in_range(parameter, text);
        const auto whole = static_cast<std::int64_t>(value);
        if (static_cast<double>(whole) != value) {
            refuse(parameter, text, "drop the fraction");
        }
        settings.*field = whole;
    }
    void operator()(bool Settings::* field) const {
        if (text != "true" && text != "false" && text != "True" && text != "False") {
            refuse(parameter, text, "write true or false");
        }
        settings.*field = text[0] == 't' || text[0] == 'T';
    }
    void operator()(std::string Settings::* field) const { settings.*field = text; }
    void operator()(ChoiceField field) const {
        const std::vector<std::string> names = split_choices(parameter);
        const auto found = std::find(names.begin(), names.end(), text);
        if (found == names.end()) {
            refuse(parameter, text, "choose one of them");
        }
        settings.*field.member = static_cast<int>(found - names.begin());
    }
};

struct Teller {
    const Parameter& parameter;
    const Settings& settings;

    std::string operator()(double Settings::* field) const {
        return text_of_number(settings.*field);
    }
    std::string operator()(std::int64_t Settings::* field) const {
        return std::to_string(settings.*field);
    }
    std::string operator()(bool Settings::* field) const {
        return settings.*field ? "true" : "false";
    }
    std::string operator()(std::string Settings::* field) const { return settings.*field; }
    std::string operator()(ChoiceField field) const {
        return split_choices(parameter)[static_cast<std::size_t>(settings.*field.member)];
    }
};

// Levenshtein's distance: single letters inserted, dropped or changed.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

const Parameter* parameters_begin() { return std::begin(kTable); }
const Parameter* parameters_end() { return std::end(kTable); }

const Parameter* find_parameter(const std::string& name) {
    const auto found = std::find_if(std::begin(kTable), std::end(kTable),
                                    [&](const Parameter& row) { return name == row.name; });
    return found == std::end(kTable) ? nullptr : found;
}

const char* nearest_parameter(const std::string& name) {
    const Parameter* nearest = parameters_begin();
    std::size_t least = edit_distance(name, nearest->name);
    for (const Parameter* row = nearest + 1; row != parameters_end(); ++row) {
        const std::size_t distance = edit_distance(name, row->name);
        if (distance < least) {
            nearest = row;
            least = distance;
        }
    }
    return nearest->name;
}

std::string expected_form(const Parameter& parameter) {
    struct Describer {
        const Parameter& row;
        std::string range() const {
            return " in [" + text_of_number(row.minimum) + ", " + text_of_number(row.maximum) + "]";
        }
        std::string operator()(double Settings::*) const { return "a number" + range(); }
        std::string operator()(std::int64_t Settings::*) const { return "an integer" + range(); }
        std::string operator()(bool Settings::*) const { return "true or false"; }
        std::string operator()(std::string Settings::*) const { return "text"; }
        std::string operator()(ChoiceField) const {
            std::string names = row.choices;
            for (std::size_t bar = 0; (bar = names.find('|', bar)) != std::string::npos;) {
                names.replace(bar, 1, ", ");
            }
            return "one of " + names;
        }
    };
    return std::visit(Describer{parameter}, parameter.field);
}

void assign(const Parameter& parameter, const std::string& text, Settings& settings) {
    std::visit(Assigner{parameter, text, settings}, parameter.field);
}

std::string text_of(const Parameter& parameter, const Settings& settings) {
    return std::visit(Teller{parameter, settings}, parameter.field);
}

}  // namespace streamtrack
