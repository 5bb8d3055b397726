#include "refusal.hpp"

#include <cstdio>
#include <cstring>

namespace streamtrack {

std::string rule_and_got(const Detection& detection, const char* rule) {
    const Box& box = detection.box;
    const std::string got =
        is_about_score(rule)
            ? text_of_number(detection.score)
            : "left " + text_of_number(box.left) + ", top " + text_of_number(box.top) + ", width " +
                  text_of_number(box.width) + ", height " + text_of_number(box.height);
    return std::string(rule) + ", got " + got;
}

bool is_about_score(const char* rule) { return std::strncmp(rule, "score", 5) == 0; }

std::string text_of_number(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

}  // namespace streamtrack
