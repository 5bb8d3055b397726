// What each file of the bindings adds to the module.
#pragma once

#include <nanobind/nanobind.h>

namespace streamtrack {

void load_numpy();  // before the others; throws ImportError
void bind_config(nanobind::module_& module);
void bind_instruction_set(nanobind::module_& module);
void bind_mot_text(nanobind::module_& module);
void bind_replay(nanobind::module_& module);
void bind_tracks(nanobind::module_& module);
void bind_tracker(nanobind::module_& module);

}  // namespace streamtrack
