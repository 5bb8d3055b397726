"""Writes a configuration: its layers folded into one dict, and that dict as YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from streamtrack._core import Layer
from streamtrack.parameters import ParameterValue, parameters


def said(
    assignments: Iterable[tuple[Layer, str, str, str]],
    stream_names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Folds layered assignments, in rising order of precedence, into what one file would say."""
    layers: dict[Layer, dict[str, dict[str, str]]] = {layer: {} for layer in Layer}
    for layer, section, key, value in assignments:
        layers[layer].setdefault(section, {})[key] = value
    command = layers[Layer.command].get("", {})
    top = layers[Layer.file].get("", {}) | command
    streams = layers[Layer.streams]
    for stream, values in layers[Layer.sequence].items():
        # A seqinfo.ini speaks only where the file is silent.
        unsaid = {key: value for key, value in values.items() if key not in top}
        streams[stream] = unsaid | streams.get(stream, {})
    if stream_names is not None:
        streams = {stream_names[name]: streams[name] for name in streams if name in stream_names}
    result: dict[str, Any] = _typed(top)
    for word, sections in (("classes", layers[Layer.classes]), ("streams", streams)):
        # What the command line said wins over sections: it takes their place.
        named = {name: _typed(values, without=command) for name, values in sections.items()}
        named = {name: values for name, values in named.items() if values}
        if named:
            result[word] = {int(k): v for k, v in named.items()} if word == "classes" else named
    return result


def _typed(values: Mapping[str, str], without: Iterable[str] = ()) -> dict[str, ParameterValue]:
    kinds = {row.name: row.kind for row in parameters()}
    return {name: _value(text, kinds[name]) for name, text in values.items() if name not in without}


def _value(text: str, kind: str) -> ParameterValue:
    if kind == "boolean":
        return text in ("true", "True")
    if kind == "integer":
        return int(float(text))
    return float(text) if kind == "number" else text


def yaml_of(values: Mapping[str, Any]) -> str:
    """Returns a dict of scalars and dicts as YAML, in its order."""
    if not values:
        return "# every parameter has its default\n"
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True))
