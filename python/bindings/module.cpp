// The extension streamtrack._core: thin doors to the core, described in
// python/streamtrack/_core.pyi.
#include "bindings.hpp"

NB_MODULE(_core, module) {
    module.attr("version") = STREAMTRACK_VERSION;
    streamtrack::load_numpy();
    streamtrack::bind_config(module);
    streamtrack::bind_instruction_set(module);
    streamtrack::bind_mot_text(module);
    streamtrack::bind_tracks(module);
    streamtrack::bind_tracker(module);
    streamtrack::bind_replay(module);
}
