"""Finds out what an input is: a det.txt, or a folder that holds one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from streamtrack.io.mot import MotDetections
from streamtrack.io.sequence_info import SequenceInfo, read_sequence_info
from streamtrack.io.source import InputError, Source


def open_inputs(inputs: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """Opens inputs in the order given, each as a stream of its own.

    An input is a det.txt in MOT text, or a folder that holds det.txt or det/det.txt and perhaps
    seqinfo.ini. The stream has the folder's or the file's name (without its ending).

    Raises:
        InputError: An input is none of these, cannot be read, or has another's name.
    """
    found: dict[str, Path] = {}
    for given in inputs:
        path = Path(given)
        name = _name_of(path)
        if name in found:
            raise InputError(
                f"inputs must differ in name, got {found[name]} and {path}, both {name}; rename "
                "one, or give folders instead of the files in them"
            )
        found[name] = path
    if not found:
        raise InputError("there must be at least one input, got none; give a det.txt or a folder")
    return [_open(path, name) for name, path in found.items()]


def _name_of(path: Path) -> str:
    if not path.exists():
        raise InputError(f"{path}: an input must exist, got no such file or folder; check the path")
    if path.name in ("", ".."):  # "." and ".." have names too
        path = path.resolve()
    return path.name if path.is_dir() else path.stem


def _open(path: Path, name: str) -> Source:
    if not path.is_dir():
        return MotDetections(path, name)
    for detections in (path / "det.txt", path / "det" / "det.txt"):
        if detections.is_file():
            info = path / "seqinfo.ini"
            known = read_sequence_info(info) if info.is_file() else SequenceInfo()
            return MotDetections(detections, name, known)
    raise InputError(
        f"{path}: the folder must hold det.txt or det/det.txt, got neither; give the file itself"
    )
