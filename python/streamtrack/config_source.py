"""Reads what a YAML file or a dict says, with the place of each word, before anyone judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from streamtrack._core import ConfigError


@dataclass(frozen=True)
class Entry:
    """One `key: value` of a mapping; the value is a scalar's text or the entries within."""

    key: str
    value: str | list[Entry]
    place: str  # "bytetrack.yaml:3: " in front of an error, or "" where there is no file


def entries_of_file(path: Path) -> list[Entry]:
    """Returns the entries of a YAML file.

    A first line `%YAML:1.0` (OpenCV's style, as in NVIDIA's files) is skipped.

    Raises:
        ConfigError: The file cannot be read or is no YAML mapping, or a key stands twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(
            f"{path}: the configuration must be a readable file, got: {reason}; check the path"
        ) from None
    if text.startswith("%YAML:"):
        text = "#" + text
    try:
        _refuse_extras(text, path)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(
            f"{path}{line}: the file must be YAML, got: {error.problem}; check the indentation "
            "and the colons"
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{path}: the file must be YAML, got: {error}; save it as plain text"
        ) from None
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return []
    place = f"{path}:{node.start_mark.line + 1}: "
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(
            f"{place}the file must hold `key: value` lines, got {_what(node)}; put a colon and a "
            "space behind each key"
        )
    return list(_entries_of_node(node, path))


def _refuse_extras(text: str, path: Path) -> None:
    """What libByteTracker.so does not read either: anchors, aliases and tags."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        anchored = isinstance(token, (yaml.AnchorToken, yaml.AliasToken))
        if anchored or isinstance(token, yaml.TagToken):
            raise ConfigError(
                f"{path}:{token.start_mark.line + 1}: values must be written out, got "
                f"{'an anchor or alias (& or *)' if anchored else 'a tag (!)'}; "
                "write the value itself"
            )


def _entries_of_node(node: yaml.MappingNode, path: Path) -> Iterator[Entry]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        place = f"{path}:{line}: "
        if not isinstance(key, yaml.ScalarNode):
            raise ConfigError(f"{place}a key must be a word, got {_what(key)}; name a parameter")
        if key.value in seen:
            raise ConfigError(
                f"{place}a key must stand once, got {key.value} again (first in line "
                f"{seen[key.value]}); remove one"
            )
        seen[key.value] = line
        if isinstance(value, yaml.ScalarNode):
            nothing = value.style is None and value.value in ("~", "null")
            yield Entry(key.value, "" if nothing else value.value, place)
        elif isinstance(value, yaml.MappingNode):
            yield Entry(key.value, list(_entries_of_node(value, path)), place)
        else:
            raise ConfigError(
                f"{place}{key.value} must be a single value, got {_what(value)}; write one value"
            )


def _what(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def entries_of_mapping(mapping: Mapping[Any, Any]) -> list[Entry]:
    """Returns the entries of a dict of the same shape as the file.

    Raises:
        ConfigError: Two keys are the same word, or a value is neither a scalar nor a mapping.
    """
    entries: dict[str, Entry] = {}
    for key, value in mapping.items():
        word = str(key)
        if word in entries:
            raise ConfigError(f"a key must stand once, got {word} again; remove one")
        inner = entries_of_mapping(value) if isinstance(value, Mapping) else text_of(word, value)
        entries[word] = Entry(word, inner, "")
    return list(entries.values())


def text_of(key: str, value: object) -> str:
    """Returns a Python value as a YAML file would say it.

    Raises:
        ConfigError: The value is not a bool, a number or a text.
    """
    if hasattr(value, "item") and not isinstance(value, (bool, int, float, str)):
        value = value.item()  # a NumPy scalar
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return value
    raise ConfigError(
        f"{key} must be a number, a text, True or False, got {type(value).__name__}; "
        "leave the key out for its default"
    )
