// The form of a state file: a head, the streams' states, a checksum.
#pragma once

#include <cstdint>
#include <string>

#include "deepstream/state_file.hpp"

namespace streamtrack::nvmot {

struct SavedState {
    // A process that is killed gave ids after its last save. So many are left out after a restart,
    // more than a process gives between two saves.
    static constexpr std::uint64_t kIdsInReserve = 100'000;

    double unix_time = 0;
    bool was_closed = false;  // saved at the end of the last context
    std::uint64_t last_id = 0;
    SavedStreams streams;
};

std::string bytes_of(const SavedState& state);

// False where there is no such file. Throws std::runtime_error for one that is not whole, or no
// state file.
bool read_saved_state(const std::string& path, SavedState& state);

}  // namespace streamtrack::nvmot
