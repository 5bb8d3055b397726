"""Reads a MOTChallenge sequence's seqinfo.ini."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

from streamtrack.io.source import InputError
from streamtrack.io.whole_file import write_whole

LAST_FRAME = 10**8  # 38 days at 30 frames a second: a larger number is no frame
_LARGEST = 10**9


@dataclass(frozen=True)
class SequenceInfo:
    """What a seqinfo.ini says; None where it is silent."""

    frame_rate: float | None = None
    frame_count: int | None = None
    size: tuple[int, int] | None = None


def read_sequence_info(path: Path) -> SequenceInfo:
    """Returns what a seqinfo.ini says of rate, length and size.

    Raises:
        InputError: The file is no seqinfo.ini, or a number in it is not above 0.
    """
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
        section = parser["Sequence"]
    except (configparser.Error, UnicodeDecodeError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{path}: it must hold a section [Sequence], got: {reason}; mend or remove the file"
        ) from None
    rate = _positive(path, section, "frameRate")
    length = _whole(path, section, "seqLength", LAST_FRAME)
    width, height = (_whole(path, section, key, _LARGEST) for key in ("imWidth", "imHeight"))
    size = None if width is None or height is None else (width, height)
    return SequenceInfo(frame_rate=rate, frame_count=length, size=size)


def write_sequence_info(path: Path, name: str, info: SequenceInfo) -> None:
    """Writes a seqinfo.ini that says what is known."""
    said = {
        "name": name,
        "frameRate": info.frame_rate and f"{info.frame_rate!r}".removesuffix(".0"),
        "seqLength": info.frame_count,
        "imWidth": info.size and info.size[0],
        "imHeight": info.size and info.size[1],
    }
    lines = [f"{key}={value}" for key, value in said.items() if value is not None]
    write_whole(path, "\n".join(["[Sequence]", *lines]) + "\n")


def _positive(path: Path, section: configparser.SectionProxy, key: str) -> float | None:
    text = section.get(key)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _LARGEST:
        raise InputError(
            f"{path}: {key} must be a number above 0 and at most {_LARGEST}, got {text!r}; mend or "
            "remove the line"
        )
    return value


def _whole(path: Path, section: configparser.SectionProxy, key: str, most: int) -> int | None:
    value = _positive(path, section, key)
    if value is None:
        return None
    if value != int(value) or value > most:
        raise InputError(
            f"{path}: {key} must be a whole number from 1 to {most}, got {section[key]}; mend the "
            "line"
        )
    return int(value)
