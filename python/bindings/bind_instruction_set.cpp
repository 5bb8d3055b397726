// For tests: which vector instructions the core uses, and to force others.
#include <nanobind/stl/string.h>

#include <stdexcept>

#include "bindings.hpp"
#include "core/overlap_scan.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

std::string name_now() { return instruction_set() == InstructionSet::avx2 ? "avx2" : "baseline"; }

bool force(const std::string& name) {
    if (name == "baseline") {
        return force_instruction_set(InstructionSet::baseline);
    }
    if (name == "avx2") {
        return force_instruction_set(InstructionSet::avx2);
    }
    throw std::invalid_argument("name must be baseline or avx2, got \"" + name +
                                "\"; choose one of them");
}

}  // namespace

void bind_instruction_set(nb::module_& module) {
    module.def("instruction_set", &name_now);
    module.def("force_instruction_set", &force, nb::arg("name"));
}

}  // namespace streamtrack
