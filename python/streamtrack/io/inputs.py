"""Finds out what an input is: a file of detections, or a folder that holds one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sized
from pathlib import Path

from streamtrack.io.mot import MotDetections
from streamtrack.io.recording import read_recording
from streamtrack.io.sequence_info import SequenceInfo, read_sequence_info
from streamtrack.io.source import InputError, Source
from streamtrack.io.table_source import TableDetections
from streamtrack.io.tables import is_recording, read_tables, text_format


def open_inputs(inputs: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """Opens inputs in the order given, each as a stream of its own.

    An input is a det.txt in MOT text, KITTI text, a Parquet file or a recording (.csv) of
    libByteTracker.so (these two may hold many streams), or a folder that holds det.txt or
    det/det.txt and perhaps seqinfo.ini. The stream has the folder's or the file's name (without
    its ending), or that which the file gives it: in a recording the pad index.

    Raises:
        InputError: An input is none of these, cannot be read, or has another's name.
    """
    found: dict[str, Path] = {}
    sources: list[Source] = []
    for given in inputs:
        path = Path(given)
        for source in _open(path):
            take_name(source.name, path, found)
            sources.append(source)
    require_inputs(found)
    return sources


def take_name(name: str, path: Path, found: dict[str, Path]) -> None:
    """Notes that the stream of an input has this name.

    Raises:
        InputError: A stream of another input has it already.
    """
    if name in found:
        raise InputError(
            f"inputs must differ in name, got {found[name]} and {path}, both {name}; "
            "rename one, or give folders instead of the files in them"
        )
    found[name] = path


def require_inputs(found: Sized) -> None:
    """Raises InputError if there is no input."""
    if not found:
        raise InputError("there must be at least one input, got none; give a det.txt or a folder")


def name_of(path: Path) -> str:
    """Returns the name of the stream that a file or folder holds.

    Raises:
        InputError: There is no such file or folder.
    """
    if not path.exists():
        raise InputError(f"{path}: an input must exist, got no such file or folder; check the path")
    if path.name in ("", ".."):  # "." and ".." have names too
        path = path.resolve()
    return path.name if path.is_dir() else path.stem


def detections_in(path: Path) -> tuple[Path, SequenceInfo]:
    """Returns the file that an input is or holds, and what its seqinfo.ini says.

    Raises:
        InputError: The folder holds no detections.
    """
    if not path.is_dir():
        return path, SequenceInfo()
    for detections in (path / "det.txt", path / "det" / "det.txt"):
        if detections.is_file():
            info = path / "seqinfo.ini"
            return detections, read_sequence_info(info) if info.is_file() else SequenceInfo()
    if any((inner / "det.txt").is_file() for inner in (*path.glob("*"), *path.glob("*/det"))):
        fix = f"give the folders in it, {path}/*"
    else:
        fix = "put one there, or give the file itself"
    raise InputError(f"{path}: the folder must hold det.txt or det/det.txt, got neither; {fix}")


def _open(path: Path) -> list[Source]:
    name = name_of(path)
    file, info = detections_in(path)
    if is_recording(file):
        recording = read_recording(file)
        sources = [TableDetections(file, table) for table in recording.tables]
        for source in sources[:1]:
            source.notes += recording.notes
        return [*sources]
    if file.suffix != ".parquet" and text_format(file) == "mot":
        return [MotDetections(file, name, info)]
    return [TableDetections(file, table) for table in read_tables(file, name, info)]
