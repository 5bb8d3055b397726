// MOT text in bulk: rows of a det.txt to arrays, tracks to rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace streamtrack {

// Names the row (counted from 1) and says rule, value and fix.
struct RowError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

// Columns of the rows read, one entry for each row that is not blank.
struct MotRows {
    std::vector<std::int64_t> frames;
    std::vector<float> boxes;  // left, top, width, height
    std::vector<float> scores;
    std::size_t consumed = 0;  // bytes read: up to the end of the last whole line
    std::int64_t lines = 0;    // lines read, blank ones included
};

// Reads the whole lines of `text`; with `last` also one that has no newline at its end.
// Numbers are read as double and rounded to float, as NumPy does. Throws RowError for a row that is
// no detection; rows are counted from `first_line`.
MotRows read_mot_rows(const char* text, std::size_t size, std::int64_t first_line, bool last);

// Appends "frame,id,left,top,width,height,score,-1,-1,-1\n" with 4 decimals for each of the rows,
// digit by digit what printf("%.4f") writes.
void write_mot_rows(std::string& text, std::int64_t frame, const std::uint64_t* ids,
                    const float* boxes, const float* scores, std::size_t count);

}  // namespace streamtrack
