// The form of a state file: a head, the streams' states, a checksum.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "deepstream/state_file.hpp"

namespace streamtrack::nvmot {

struct SavedState {
    // A process that is killed gave ids and opened streams after its last save. So many are left
    // out after a restart, more than a process gives and opens between two saves.
    static constexpr std::uint64_t kIdsInReserve = 100'000;
    static constexpr std::uint64_t kUnitsInReserve = 1024;

    std::uint64_t last_id = 0;
    std::uint64_t prefix_units = 0;  // unique_prefix_units
    SavedStreams streams;
};

// A file that is not ours to replace: another process's, never a state file, or unreadable.
struct ForeignFileError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string bytes_of(const SavedState& state);

// False where there is no such file. Throws ForeignFileError, or std::runtime_error for a state
// file that is not whole or of another version.
bool read_saved_state(const std::string& path, SavedState& state);

}  // namespace streamtrack::nvmot
