"""Reads DeepStream's configuration files: GLib's key files, and the same in YAML."""

from __future__ import annotations

import configparser
from pathlib import Path

import yaml

Sections = dict[str, dict[str, str]]


class UnreadableError(ValueError):
    """A file cannot be read, or is no configuration of DeepStream's."""


def read_sections(path: Path) -> Sections:
    """Returns a file's sections, each a dict from key to text.

    Raises:
        UnreadableError: The message says why and what to do.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnreadableError(
            f"the file must be readable, got {reason}; check its path and permissions"
        ) from None
    return _of_yaml(text) if path.suffix in {".yml", ".yaml"} else _of_key_file(text)


def _of_key_file(text: str) -> Sections:
    # Only # begins a comment: ; parts the entries of a list.
    parser = configparser.ConfigParser(
        strict=False, interpolation=None, comment_prefixes=("#",), delimiters=("=",)
    )
    try:
        parser.read_string(text)
    except configparser.Error as error:
        got = " ".join(str(error).split())
        raise UnreadableError(
            f"the file must have [sections] with key=value lines, got: {got}; check its path"
        ) from None
    return {name: dict(parser[name]) for name in parser.sections()}


def _of_yaml(text: str) -> Sections:
    try:
        read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - the loader that gives texts only
    except yaml.YAMLError as error:
        raise UnreadableError(
            f"the file must be YAML, got: {' '.join(str(error).split())}; check the indentation"
        ) from None
    if not isinstance(read, dict):
        raise UnreadableError("the file must have sections with keys, got none; check its path")
    return {
        str(name): {str(key): str(value) for key, value in section.items()}
        for name, section in read.items()
        if isinstance(section, dict)
    }
