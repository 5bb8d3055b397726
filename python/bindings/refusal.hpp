// What the core's rule for detections says, with what was got instead.
#pragma once

#include <string>

#include "core/box.hpp"

namespace streamtrack {

// "box must be finite, got left nan, top 0, width 1, height 1".
std::string rule_and_got(const Detection& detection, const char* rule);

// Whether the rule is about the score, not about the box.
bool is_about_score(const char* rule);

// The shortest of the usual forms, such as 0.5 or 1e+39.
std::string text_of_number(double value, int digits = 9);

}  // namespace streamtrack
