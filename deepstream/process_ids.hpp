// Ids that last as long as the process, longer than the library.
//
// Hosts up to 8.0 unload the library with their last element, and its variables go with it; and two
// copies of the file are two libraries in one process. Yet a process must not give an id twice. So
// its ids are counted in a page of memory that belongs to nobody: it has a name, under which a
// library that is loaded later finds it among the process's mappings.
#pragma once

namespace streamtrack::nvmot {

// Lets this library take its ids from the process's page, made if there is none. Where the system
// has no such memory ids are counted within the library. Throws std::bad_alloc.
void share_ids_with_process();

}  // namespace streamtrack::nvmot
