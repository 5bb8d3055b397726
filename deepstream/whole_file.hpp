// Files that are whole at any moment: written beside and moved into place.
#pragma once

#include <string>

namespace streamtrack::nvmot {

// Replaces the file at `path`. False, with the reason, where that fails; the file is then as
// before. With `durable` it is on the disk when this returns.
bool write_whole(const std::string& path, const std::string& content, bool durable,
                 std::string& reason);

}  // namespace streamtrack::nvmot
