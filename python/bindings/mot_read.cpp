#include <Python.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/box.hpp"
#include "mot_text.hpp"
#include "refusal.hpp"

namespace streamtrack {
namespace {

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr const char* kColumns = "frame, id, left, top, width, height, score";
constexpr double kLastFrame = 1e8;  // 38 days at 30 frames a second: a larger number is no frame
constexpr int kColumnCount = 7;

std::string shortened(const char* begin, const char* end) {
    constexpr std::ptrdiff_t kLongest = 40;
    std::string text(begin, end - begin > kLongest ? begin + kLongest : end);
    // An error is one line of text, whatever the file holds: bytes may be no UTF-8, or cut in two.
    std::replace_if(text.begin(), text.end(), [](char one) { return one < ' ' || one > '~'; }, '?');
    return end - begin > kLongest ? text + "..." : text;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// One line of the text, read field by field.
class Line {
  public:
    Line(const char* begin, const char* end, std::int64_t number)
        : begin_(begin), at_(begin), end_(end), number_(number) {
        while (end_ > begin_ && is_blank(end_[-1])) {
            --end_;
        }
        skip_blanks();
    }

    bool is_empty() const { return at_ == end_; }

    double next(int column) {
        if (column > 0) {
            pass_comma(column);
        }
        skip_blanks();
        const char* start = at_;
        double value;
        if (!read_plain(value)) {
            at_ = start;
            value = read_any(column);
        }
        skip_blanks();
        if (at_ != end_ && *at_ != ',') {
            fail_number(start, column);
        }
        return value;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw RowError("row " + std::to_string(number_) + ": " + what);
    }

  private:
    void skip_blanks() {
        while (at_ != end_ && is_blank(*at_)) {
            ++at_;
        }
    }

    void pass_comma(int column) {
        if (at_ == end_) {
            fail("a row must have at least " + std::to_string(kColumnCount) +
                 " columns separated by commas (" + kColumns + "), got " + std::to_string(column) +
                 " in '" + shortened(begin_, end_) + "'; complete or remove the row");
        }
        ++at_;
    }

    // Decimals of up to 2^53 without their point, over an exact power of ten: one division, rounded
    // correctly. That is every number that detectors write; the rest takes the long way.
    bool read_plain(double& value) {
        const bool negative = at_ != end_ && *at_ == '-';
        if (negative) {
            ++at_;
        }
        std::uint64_t digits = 0;
        const char* first = at_;
        while (at_ != end_ && is_digit(*at_)) {
            digits = digits * 10 + (*at_++ - '0');
        }
        std::ptrdiff_t length = at_ - first;
        std::ptrdiff_t decimals = 0;
        if (at_ != end_ && *at_ == '.') {
            first = ++at_;
            while (at_ != end_ && is_digit(*at_)) {
                digits = digits * 10 + (*at_++ - '0');
            }
            decimals = at_ - first;
            length += decimals;
        }
        if (length == 0 || length > 18 || digits > (std::uint64_t{1} << 53)) {
            return false;
        }
        if (at_ != end_ && *at_ != ',' && !is_blank(*at_)) {
            return false;
        }
        value = static_cast<double>(digits) / kPowersOfTen[decimals];
        if (negative) {
            value = -value;
        }
        return true;
    }

    double read_any(int column) {
        const char* start = at_;
        while (at_ != end_ && *at_ != ',' && !is_blank(*at_)) {
            ++at_;
        }
        const std::string text(start, at_);
        char* stop = nullptr;
        const double value = PyOS_string_to_double(text.c_str(), &stop, nullptr);
        if (PyErr_Occurred() != nullptr || stop != text.c_str() + text.size() || text.empty()) {
            PyErr_Clear();
            fail_number(start, column);
        }
        return value;
    }

    [[noreturn]] void fail_number(const char* start, int column) const {
        const char* stop = start;
        while (stop != end_ && *stop != ',') {
            ++stop;
        }
        fail("column " + std::to_string(column + 1) + " of (" + kColumns +
             ") must be a number, got '" + shortened(start, stop) + "'; mend or remove the row");
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    std::int64_t number_;
};

void read_row(Line& line, MotRows& rows) {
    double values[kColumnCount];
    for (int column = 0; column < kColumnCount; ++column) {
        values[column] = line.next(column);
    }
    const double frame = values[0];
    if (!(frame >= 1 && frame <= kLastFrame && frame == std::floor(frame))) {
        line.fail("frame must be a whole number from 1 to 100000000, got " +
                  text_of_number(frame, 15) + "; MOT text counts frames from 1");
    }
    const Detection detection{{static_cast<float>(values[2]), static_cast<float>(values[3]),
                               static_cast<float>(values[4]), static_cast<float>(values[5])},
                              static_cast<float>(values[6]),
                              0};
    if (const char* wrong = what_is_wrong(detection)) {
        line.fail(rule_and_got(detection, wrong) + "; mend or remove the row");
    }
    rows.frames.push_back(static_cast<std::int64_t>(frame));
    rows.boxes.insert(rows.boxes.end(), {detection.box.left, detection.box.top, detection.box.width,
                                         detection.box.height});
    rows.scores.push_back(detection.score);
}

}  // namespace

MotRows read_mot_rows(const char* text, std::size_t size, std::int64_t first_line, bool last) {
    MotRows rows;
    const char* at = text;
    const char* end = text + size;
    while (at != end) {
        const char* stop = static_cast<const char*>(std::memchr(at, '\n', end - at));
        if (stop == nullptr && !last) {
            break;
        }
        const char* next = stop == nullptr ? end : stop + 1;
        Line line(at, stop == nullptr ? end : stop, first_line + rows.lines);
        if (!line.is_empty()) {
            read_row(line, rows);
        }
        at = next;
        ++rows.lines;
    }
    rows.consumed = static_cast<std::size_t>(at - text);
    return rows;
}

}  // namespace streamtrack
