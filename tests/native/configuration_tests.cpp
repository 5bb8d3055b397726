// The configuration: which words are refused and how, who stands above whom, and numbers as text.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "expect.hpp"

namespace streamtrack {
namespace {

struct Said {
    Layer layer;
    const char* section;
    const char* key;
    const char* value;
};

Config config_of(const std::vector<Said>& all) {
    Config config;
    for (const Said& one : all) {
        config.set(one.layer, one.section, one.key, one.value);
    }
    return config;
}

struct Refused {
    Said said;
    const char* error;
};

const Refused kRefused[] = {
    {{Layer::file, "", "track_hihg_thresh", "0.5"},
     "a key must be a known parameter, got track_hihg_thresh; the nearest is track_high_thresh"},
    {{Layer::file, "", "track_high_thresh", "60"},
     "track_high_thresh must be a number in [0, 1], got 60; divide percentages by 100"},
    {{Layer::file, "", "match_thresh", "100"},
     "match_thresh must be a number in [0, 1], got 100; divide percentages by 100"},
    {{Layer::file, "", "match_thresh", "100.5"},
     "match_thresh must be a number in [0, 1], got 100.5; choose a value within the range"},
    {{Layer::file, "", "match_thresh", "-0.5"},
     "match_thresh must be a number in [0, 1], got -0.5; choose a value within the range"},
    {{Layer::file, "", "score_smoothing", "1"},
     "score_smoothing must be a number in [0, 0.999], got 1; choose a value within the range"},
    {{Layer::file, "", "frame_rate", "10001"},
     "frame_rate must be a number in [0.01, 10000], got 10001; choose a value within the range"},
    {{Layer::file, "", "frame_rate", "30fps"},
     "frame_rate must be a number in [0.01, 10000], got 30fps; write a plain number"},
    {{Layer::file, "", "frame_rate", "30 "},
     "frame_rate must be a number in [0.01, 10000], got 30 ; write a plain number"},
    {{Layer::file, "", "frame_rate", "0x1e"},
     "frame_rate must be a number in [0.01, 10000], got 0x1e; write a plain number"},
    {{Layer::file, "", "frame_rate", ""},
     "frame_rate must be a number in [0.01, 10000], got nothing; write a plain number"},
    {{Layer::file, "", "track_buffer", "2.5"},
     "track_buffer must be an integer in [0, 1e+09], got 2.5; drop the fraction"},
    {{Layer::file, "", "fuse_score", "yes"},
     "fuse_score must be true or false, got yes; write true or false"},
    {{Layer::file, "", "log_level", "loud"},
     "log_level must be one of error, warning, info, debug, got loud; choose one of them"},
    {{Layer::classes, "", "enabled", "true"},
     "a key of classes: must be a class id from 0 to 2147483647, got ; use the detector's number "
     "of the class"},
    {{Layer::classes, "car", "enabled", "true"},
     "a key of classes: must be a class id from 0 to 2147483647, got car; use the detector's "
     "number of the class"},
    {{Layer::classes, "01", "enabled", "true"},
     "a key of classes: must be a class id from 0 to 2147483647, got 01; use the detector's number "
     "of the class"},
    {{Layer::classes, "2147483648", "enabled", "true"},
     "a key of classes: must be a class id from 0 to 2147483647, got 2147483648; use the "
     "detector's number of the class"},
    {{Layer::classes, "12345678901", "enabled", "true"},
     "a key of classes: must be a class id from 0 to 2147483647, got 12345678901; use the "
     "detector's number of the class"},
    {{Layer::streams, "", "match_thresh", "0.5"},
     "a key of streams: must be a stream's name or pad index, got nothing; write the name"},
    {{Layer::file, "", "enabled", "false"},
     "enabled must stand under a class of classes:, got it elsewhere; move it there"},
    {{Layer::command, "", "enabled", "false"},
     "enabled must stand under a class of classes:, got it elsewhere; move it there"},
    {{Layer::streams, "gate", "enabled", "false"},
     "enabled must stand under a class of classes:, got it elsewhere; move it there"},
    {{Layer::streams, "gate", "max_targets_per_stream", "9"},
     "max_targets_per_stream must stand at the top level, got it in a section; move it there"},
    {{Layer::sequence, "gate", "log_level", "info"},
     "log_level must stand at the top level, got it in a section; move it there"},
    {{Layer::classes, "1", "frame_rate", "25"},
     "frame_rate must stand at the top level, got it in a section; move it there"},
    {{Layer::classes, "1", "node_id", "1"},
     "node_id must stand at the top level, got it in a section; move it there"},
};

void test_what_is_refused() {
    int trial = 0;
    for (const Refused& one : kRefused) {
        Config config = config_of({{Layer::file, "", "match_thresh", "0.7"}});
        const Said& said = one.said;
        const std::string error =
            refusal([&] { config.set(said.layer, said.section, said.key, said.value); });
        expect(error == one.error, "refused with rule, value and fix, got: " + error, trial++);
        expect(config.assignments().size() == 1 && config.resolve().match_thresh == .7,
               "what is refused changes nothing", trial);
    }
    for (const char* id : {"0", "7", "10", "2147483647"}) {
        const Config config = config_of({{Layer::classes, id, "enabled", "false"}});
        const Settings settings = config.resolve();
        expect(!settings.of_class(static_cast<std::int32_t>(std::stoll(id))).enabled &&
                   settings.of_class(5).enabled,
               std::string("a class is given its own values: ") + id);
    }
}

// Numbers at both ends of their ranges are taken, those beyond them are not.
void test_ranges() {
    for (const char* name :
         {"track_high_thresh", "track_low_thresh", "new_track_thresh", "match_thresh",
          "second_match_thresh", "tentative_match_thresh", "duplicate_iou_distance"}) {
        expect(expected_form(*find_parameter(name)) == "a number in [0, 1]",
               std::string("scores and costs lie between 0 and 1: ") + name);
    }
    for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
        const bool real = std::holds_alternative<double Settings::*>(row->field);
        if (!real && !std::holds_alternative<std::int64_t Settings::*>(row->field)) {
            continue;
        }
        Settings settings;
        const double infinite = std::numeric_limits<double>::infinity();
        for (const double edge : {row->minimum, row->maximum}) {
            char text[64];
            std::snprintf(text, sizeof text, "%.17g", edge);
            assign(*row, text, settings);
            const double away = edge == row->minimum ? -infinite : infinite;
            const double beyond = real ? std::nextafter(edge, away) : edge + std::copysign(1, away);
            std::snprintf(text, sizeof text, "%.17g", beyond);
            expect(!refusal([&] { assign(*row, text, settings); }).empty(),
                   std::string(row->name) + " beyond its range is refused");
        }
    }
}

void test_defaults_and_presets() {
    const Settings own;
    const Settings reference = config_of({{Layer::command, "", "preset", "reference"}}).resolve();
    for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
        if (std::string(row->name) == "new_track_thresh") {
            continue;  // follows another
        }
        expect(text_of(*row, own) == row->default_text, std::string("default of ") + row->name);
        expect(text_of(*row, reference) == row->reference_text,
               std::string("reference's default of ") + row->name);
        Settings read;
        assign(*row, row->default_text, read);
        expect(text_of(*row, read) == row->default_text, "text reads back to the same");
    }
    const auto buffer = [](const char* buffer, const char* rate) {
        return config_of({{Layer::file, "", "track_buffer", buffer},
                          {Layer::file, "", "frame_rate", rate}})
            .resolve();
    };
    expect(buffer("30", "30").buffer_frames() == 30 && buffer("30", "30").buffer_seconds() == 1 &&
               buffer("60", "25").buffer_frames() == 50 &&
               buffer("60", "25").buffer_seconds() == 2 && buffer("7", "10").buffer_frames() == 2 &&
               buffer("7", "10").buffer_seconds() == .2 && buffer("1", "25").buffer_frames() == 0,
           "the buffer follows the frame rate, in whole frames");
    const auto new_track_thresh = [](const char* high) {
        return config_of({{Layer::file, "", "track_high_thresh", high}}).resolve().new_track_thresh;
    };
    expect(std::fabs(new_track_thresh("0.7") - .8) < 1e-12 && new_track_thresh("0.95") == 1,
           "a track starts a tenth above the high band, at 1 at most");
}

// Every layer says something else; those above are taken away one after the other.
void test_precedence() {
    const std::vector<Said> all = {
        {Layer::command, "", "frame_rate", "5"},  {Layer::streams, "gate", "frame_rate", "4"},
        {Layer::file, "", "frame_rate", "3"},     {Layer::sequence, "gate", "frame_rate", "2"},
        {Layer::sequence, "", "frame_rate", "1"},
    };
    for (std::size_t from = 0; from < all.size(); ++from) {
        std::vector<Said> left(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
        // In whatever order they come; of one layer, the one that came last.
        std::reverse(left.begin(), left.end());
        const Config config = config_of(left);
        expect(config.resolve("gate").frame_rate == 5 - static_cast<double>(from),
               "the higher layer stands above", static_cast<int>(from));
        expect(config.resolve("dock").frame_rate != 4 && config.resolve("dock").frame_rate != 2,
               "a section speaks of its own stream alone", static_cast<int>(from));
    }
    const Settings last = config_of({{Layer::command, "", "match_thresh", "0.2"},
                                     {Layer::command, "", "match_thresh", "0.3"}})
                              .resolve();
    expect(last.match_thresh == .3, "the last --set wins");
    const Settings based = config_of({{Layer::file, "", "box_output", "detection"},
                                      {Layer::streams, "gate", "preset", "reference"}})
                               .resolve("gate");
    expect(based.preset == Preset::reference && based.box_output == BoxOutput::detection &&
               based.iou_pixels == IouPixels::inclusive,
           "a preset is the base, wherever it stands");
}

void test_classes() {
    const Config config = config_of({{Layer::classes, "9", "match_thresh", "0.3"},
                                     {Layer::classes, "2", "match_thresh", "0.9"},
                                     {Layer::classes, "9", "track_low_thresh", "0.4"},
                                     {Layer::classes, "5", "second_match_thresh", "0.1"},
                                     {Layer::streams, "gate", "match_thresh", "0.6"}});
    const Settings dock = config.resolve("dock"), gate = config.resolve("gate");
    expect(dock.of_class(2).match_thresh == .9 && dock.of_class(9).match_thresh == .3 &&
               dock.of_class(5).match_thresh == .8 && dock.of_class(3).match_thresh == .8 &&
               dock.of_class(9).track_low_thresh == .4 && dock.of_class(2).track_low_thresh == .1,
           "each class has what is said of it");
    expect(gate.of_class(2).match_thresh == .6 && gate.match_thresh == .6,
           "a stream's section stands above classes");
    expect(dock.highest(&ClassSettings::match_thresh) == .9 &&
               dock.highest(&ClassSettings::second_match_thresh) == .5,
           "the highest of all classes");
    const std::string of_class =
        refusal([] { config_of({{Layer::classes, "9", "track_low_thresh", "0.625"}}).check(); });
    expect(of_class ==
               "track_low_thresh must be at most track_high_thresh for class 9, got 0.625 above "
               "0.5; lower the one or raise the other",
           "a class's contradiction, got: " + of_class);
    const std::string of_stream = refusal([] {
        config_of({{Layer::streams, "dock", "match_thresh", "0.5"},
                   {Layer::streams, "gate", "track_high_thresh", "0.05"}})
            .check();
    });
    expect(of_stream ==
               "track_low_thresh must be at most track_high_thresh, got 0.1 above 0.05; lower the "
               "one or raise the other",
           "a stream's contradiction shows before its first frame, got: " + of_stream);
    const Settings equal = config_of({{Layer::file, "", "track_low_thresh", "0.5"}}).resolve();
    expect(equal.track_low_thresh == .5, "the two thresholds may be equal");
}

void test_environment() {
    Config config = config_of({{Layer::streams, "gate", "match_thresh", "0.3"}});
    config.set_from_environment("VARIABLE", nullptr, "node_id");
    config.set_from_environment("VARIABLE", "", "node_id");
    expect(config.assignments().size() == 1, "no text says nothing");
    config.set(Layer::file, "", "node_id", "3");
    config.set_from_environment("VARIABLE", "4", "node_id");
    expect(config.resolve().node_id == 4, "the environment stands above the file");
    config.set(Layer::command, "", "node_id", "5");
    config.set_from_environment("VARIABLE", "6", "node_id");
    expect(config.resolve().node_id == 5, "--set stands above the environment");
    Config other = config_of({{Layer::command, "", "frame_rate", "25"}});
    const std::string error =
        refusal([&] { other.set_from_environment("VARIABLE", "128", "node_id"); });
    expect(error ==
               "the environment variable VARIABLE: node_id must be an integer in [0, 127], got "
               "128; choose a value within the range",
           "an error names the variable, got: " + error);
}

// Short where it can be, and the same bits in every case.
void test_numbers_as_text() {
    const Parameter& parameter = *find_parameter("match_thresh");
    Settings settings;
    const auto text = [&](double value) {
        settings.match_thresh = value;
        return text_of(parameter, settings);
    };
    expect(text(.1) == "0.1" && text(.5) == "0.5" && text(0) == "0" && text(1) == "1",
           "a short number is short");
    expect(text(.1234567) == "0.1234567" && text(.123456789012345) == "0.123456789012345",
           "a number of 15 digits has no more");
    Dice dice(8);
    for (int trial = 0; trial < 1000; ++trial) {
        const double value = trial == 0 ? 1 / 3. : dice.between(0, 1);
        Settings read;
        assign(parameter, text(value), read);
        expect(read.match_thresh == value, "text reads back to the same bits", trial);
        char longest[64];
        std::snprintf(longest, sizeof longest, "%.17g", value);
        expect(text(value).size() <= std::string(longest).size(), "and is no longer", trial);
    }
    for (const char* yes : {"true", "True"}) {
        assign(*find_parameter("shadow_tracks"), yes, settings);
        expect(settings.shadow_tracks, "true as YAML and as Python write it");
        settings.shadow_tracks = false;
    }
    for (const char* no : {"false", "False"}) {
        settings.shadow_tracks = true;
        assign(*find_parameter("shadow_tracks"), no, settings);
        expect(!settings.shadow_tracks, "false as YAML and as Python write it");
    }
}

// Levenshtein's distance by its definition, from position i of `a` and j of `b` on.
std::size_t slow_distance(const std::string& a, const std::string& b, std::size_t i, std::size_t j,
                          std::map<std::pair<std::size_t, std::size_t>, std::size_t>& known) {
    if (i == a.size() || j == b.size()) {
        return a.size() - i + b.size() - j;
    }
    const auto found = known.find({i, j});
    if (found != known.end()) {
        return found->second;
    }
    const auto rest = [&](std::size_t k, std::size_t l) {
        return slow_distance(a, b, k, l, known);
    };
    const std::size_t distance =
        a[i] == b[j] ? rest(i + 1, j + 1)
                     : 1 + std::min({rest(i + 1, j), rest(i, j + 1), rest(i + 1, j + 1)});
    return known[{i, j}] = distance;
}

void test_nearest_names() {
    Dice dice(9);
    for (int trial = 0; trial < 200; ++trial) {
        std::string word = parameters_begin()[dice.below(30)].name;
        for (int k = dice.below(8); k > 0 && !word.empty(); --k) {
            const auto at = static_cast<std::size_t>(dice.below(static_cast<int>(word.size())));
            k % 2 == 0 ? (void)word.erase(at, 1) : (void)(word[at] = "aeiost_r"[dice.below(8)]);
        }
        std::size_t least = 99;
        std::string expected;
        for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
            std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
            const std::size_t distance = slow_distance(word, row->name, 0, 0, known);
            expected = distance < least ? row->name : expected;
            least = std::min(least, distance);
        }
        expect(nearest_parameter(word) == expected, "the first of the nearest names: " + word,
               trial);
    }
    for (const Parameter* row = parameters_begin(); row != parameters_end(); ++row) {
        for (int k = 0; k < 8; ++k) {
            std::string typo = row->name;
            const auto at = static_cast<std::size_t>(dice.below(static_cast<int>(typo.size())));
            const int kind = dice.below(3);
            kind == 0   ? (void)typo.erase(at, 1)
            : kind == 1 ? (void)typo.insert(at, 1, 'q')
                        : (void)(typo[at] = 'q');
            expect(std::string(nearest_parameter(typo)) == row->name,
                   "one wrong letter is understood: " + typo);
        }
    }
}

}  // namespace

void test_configuration() {
    test_what_is_refused();
    test_ranges();
    test_defaults_and_presets();
    test_precedence();
    test_classes();
    test_environment();
    test_numbers_as_text();
    test_nearest_names();
}

}  // namespace streamtrack
