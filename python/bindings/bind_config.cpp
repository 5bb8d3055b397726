#include <nanobind/stl/string.h>

#include <type_traits>
#include <variant>

#include "bindings.hpp"
#include "core/config.hpp"

namespace nb = nanobind;

namespace streamtrack {
namespace {

nb::object value_of(const Parameter& parameter, const Settings& settings) {
    return std::visit(
        [&](auto field) -> nb::object {
            if constexpr (std::is_same_v<decltype(field), ChoiceField>) {
                return nb::cast(text_of(parameter, settings));
            } else {
                return nb::cast(settings.*field);
            }
        },
        parameter.field);
}

const char* kind_of(const Parameter& parameter) {
    static constexpr const char* kKinds[] = {"number", "integer", "boolean", "text", "choice"};
    return kKinds[parameter.field.index()];
}

const char* scope_of(const Parameter& parameter) {
    switch (parameter.scope) {
        case Scope::process:
            return "process";
        case Scope::stream:
            return "stream";
        case Scope::stream_and_class:
            return "stream_and_class";
        case Scope::class_only:
            return "class_only";
    }
    return "";
}

nb::list parameter_table() {
    nb::list table;
    for (const Parameter* p = parameters_begin(); p != parameters_end(); ++p) {
        nb::dict row;
        row["name"] = p->name;
        row["kind"] = kind_of(*p);
        row["default"] = p->default_text;
        row["reference_default"] = p->reference_text;
        row["minimum"] = p->minimum;
        row["maximum"] = p->maximum;
        row["choices"] = p->choices;
        row["unit"] = p->unit;
        row["scope"] = scope_of(*p);
        row["live"] = p->live;
        row["meaning"] = p->meaning;
        table.append(row);
    }
    return table;
}

nb::dict values_of(const Settings& settings) {
    nb::dict values;
    for (const Parameter* p = parameters_begin(); p != parameters_end(); ++p) {
        if (p->scope != Scope::class_only) {
            values[p->name] = value_of(*p, settings);
        }
    }
    return values;
}

nb::dict class_values_of(const Settings& settings, std::int32_t class_id) {
    Settings of_class = settings;
    static_cast<ClassSettings&>(of_class) = settings.of_class(class_id);
    nb::dict values;
    for (const Parameter* p = parameters_begin(); p != parameters_end(); ++p) {
        if (p->scope == Scope::class_only || p->scope == Scope::stream_and_class) {
            values[p->name] = value_of(*p, of_class);
        }
    }
    return values;
}

nb::list assignments_of(const Config& config) {
    nb::list assignments;
    for (const Config::Assignment& said : config.assignments()) {
        assignments.append(
            nb::make_tuple(said.layer, said.section, said.parameter->name, said.value));
    }
    return assignments;
}

}  // namespace

void bind_config(nb::module_& module) {
    nb::exception<ConfigError>(module, "ConfigError", PyExc_ValueError);
    nb::enum_<Layer>(module, "Layer")
        .value("sequence", Layer::sequence)
        .value("file", Layer::file)
        .value("classes", Layer::classes)
        .value("streams", Layer::streams)
        .value("command", Layer::command);
    nb::class_<Config>(module, "LayeredConfig")
        .def(nb::init<>())
        .def(nb::init<const Config&>(), nb::arg("other"))
        .def("set", &Config::set, nb::arg("layer"), nb::arg("section"), nb::arg("key"),
             nb::arg("value"))
        .def("check", &Config::check)
        .def(
            "resolve",
            [](const Config& config, const std::string& stream) {
                return values_of(config.resolve(stream));
            },
            nb::arg("stream"))
        .def(
            "resolve_class",
            [](const Config& config, const std::string& stream, std::int32_t class_id) {
                return class_values_of(config.resolve(stream), class_id);
            },
            nb::arg("stream"), nb::arg("class_id"))
        .def("assignments", &assignments_of);
    module.def("parameter_table", &parameter_table);
    module.def("nearest_parameter", &nearest_parameter, nb::arg("name"));
}

}  // namespace streamtrack
