// Writes a crowd's frames to stdout for the benchmarks in Python: for each frame its number of rows
// and then the rows, x1 y1 x2 y2 score, all as float32.
#include <cstdio>
#include <cstdlib>

#include "crowd.hpp"

int main(int count, char** words) {
    if (count != 4) {
        std::fprintf(stderr, "usage: crowd_frames OBJECTS FRAMES SEED\n");
        return 2;
    }
    const auto frames = crowd::frames_of(std::atoi(words[1]), std::atoi(words[2]),
                                         static_cast<std::uint64_t>(std::atoll(words[3])));
    for (const auto& detections : frames) {
        const auto rows = static_cast<float>(detections.size());
        std::fwrite(&rows, sizeof rows, 1, stdout);
        for (const streamtrack::Detection& one : detections) {
            const streamtrack::Box& box = one.box;
            const float row[5] = {box.left, box.top, box.left + box.width, box.top + box.height,
                                  one.score};
            std::fwrite(row, sizeof row, 1, stdout);
        }
    }
    return 0;
}
