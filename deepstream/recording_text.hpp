// The rows of a recording (docs/recording.md), made of the recorder's messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deepstream/recorder.hpp"

namespace streamtrack::nvmot {

// The message's rows, written in the C locale. Of the file that a part begins: its number, and the
// frames that were lost before it.
struct PartOfRecording {
    unsigned number;
    std::uint64_t lost_frames;
};
void append_rows(const std::vector<std::uint8_t>& message, const RecordingOrigin& origin,
                 const PartOfRecording& part, std::string& text);

}  // namespace streamtrack::nvmot
