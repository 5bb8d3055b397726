#include <cmath>
#include <cstdio>

#include "mot_text.hpp"

namespace streamtrack {
namespace {

char* put_digits(char* at, std::uint64_t value) {
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) {
        *at++ = reversed[--count];
    }
    return at;
}

// A float times 10,000 is exact in double, so rounding it to an integer gives the digits that
// printf gives, ties to even included, at a tenth of its time.
char* put_decimal(char* at, float value) {
    const double scaled = std::fabs(static_cast<double>(value)) * 10000.0;
    if (!(scaled < 1e18)) {
        return at + std::snprintf(at, 64, "%.4f", static_cast<double>(value));
    }
    if (std::signbit(value)) {
        *at++ = '-';
    }
    const auto units = static_cast<std::uint64_t>(std::nearbyint(scaled));
    at = put_digits(at, units / 10000);
    auto decimals = static_cast<unsigned>(units % 10000);
    *at++ = '.';
    for (unsigned place = 1000; place != 0; place /= 10) {
        *at++ = static_cast<char>('0' + decimals / place);
        decimals %= place;
    }
    return at;
}

}  // namespace

void write_mot_rows(std::string& text, std::int64_t frame, const std::uint64_t* ids,
                    const float* boxes, const float* scores, std::size_t count) {
    char row[512];
    char* const after_frame = put_digits(row, static_cast<std::uint64_t>(frame));
    *after_frame = ',';
    for (std::size_t i = 0; i < count; ++i) {
        char* at = put_digits(after_frame + 1, ids[i]);
        for (int k = 0; k < 4; ++k) {
            *at++ = ',';
            at = put_decimal(at, boxes[4 * i + k]);
        }
        *at++ = ',';
        at = put_decimal(at, scores[i]);
        text.append(row, static_cast<std::size_t>(at - row));
        text.append(",-1,-1,-1\n");
    }
}

}  // namespace streamtrack
