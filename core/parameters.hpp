// The one table of parameters: name, default, range, unit and meaning. Python, YAML, the command
// line and docs/parameters.md are made from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "core/settings.hpp"

namespace streamtrack {

// A number that may also be an enumeration's value, written by the names in `choices`.
struct ChoiceField {
    int Settings::* member;
};

// Where a parameter may stand: in the whole configuration only, also in `streams:`, or also in
// `streams:` and `classes:`.
enum class Scope { process, stream, stream_and_class, class_only };

struct Parameter {
    const char* name;
    const char* default_text;    // with preset bytetrack
    const char* reference_text;  // with preset reference
    std::variant<double Settings::*, std::int64_t Settings::*, bool Settings::*,
                 std::string Settings::*, ChoiceField>
        field;
    double minimum;
    double maximum;
    const char* choices;  // "one|two" for a ChoiceField, else ""
    const char* unit;
    Scope scope;
    bool live;  // may be changed while streams run (NvMOT_UpdateParams)
    const char* meaning;
};

const Parameter* parameters_begin();
const Parameter* parameters_end();

// nullptr where there is none of that name.
const Parameter* find_parameter(const std::string& name);
// The known name that is nearest to a misspelt one.
const char* nearest_parameter(const std::string& name);
// "a number", "an integer", "true or false", "text", "one of a, b".
std::string expected_form(const Parameter& parameter);

// Reads `text` into the field. Throws ConfigError with rule, value and fix.
void assign(const Parameter& parameter, const std::string& text, Settings& settings);
// The field's value as text that `assign` reads back to the same bits.
std::string text_of(const Parameter& parameter, const Settings& settings);

}  // namespace streamtrack
