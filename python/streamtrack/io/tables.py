"""Reads any file of boxes as tables: MOT text, KITTI text, Parquet, recordings."""

from __future__ import annotations

import os
from pathlib import Path

from streamtrack.io.box_table import BoxTable
from streamtrack.io.kitti import read_kitti
from streamtrack.io.mot_table import read_mot
from streamtrack.io.recording import read_recording
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import InputError

ENDINGS = (".txt", ".parquet")


def is_recording(path: str | os.PathLike[str]) -> bool:
    """Whether a path is named as a recording of libByteTracker.so is."""
    return Path(path).suffix == ".csv"


def read_tables(
    path: str | os.PathLike[str], name: str | None = None, info: SequenceInfo | None = None
) -> list[BoxTable]:
    """Reads a file of tracks, detections or ground truth: one table for each stream in it.

    Args:
        path: MOT text or KITTI text (told apart by their first row), Parquet, or a recording of
            libByteTracker.so (.csv).
        name: The stream's name where the file does not name its streams; None: the file's name.
        info: What is known of the sequence, for text.

    Raises:
        InputError: With file, row, rule and fix.
    """
    file = Path(path)
    stream = file.stem if name is None else name
    if file.suffix == ".parquet":
        from streamtrack.io.parquet import read_parquet

        return read_parquet(file, stream)
    if is_recording(file):
        return read_recording(file).tables
    reader = read_kitti if text_format(file) == "kitti" else read_mot
    return [reader(file, stream, info)]


def read_table(
    path: str | os.PathLike[str], name: str | None = None, info: SequenceInfo | None = None
) -> BoxTable:
    """Reads a file that holds one stream; see `read_tables`."""
    tables = read_tables(path, name, info)
    if len(tables) != 1:
        raise InputError(
            f"{path}: the file must hold one stream, got {len(tables)}; read it with read_tables"
        )
    return tables[0]


def text_format(path: Path) -> str:
    """Returns "kitti" for text whose first row has blanks between its columns, else "mot"."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            first = next((line for line in file.read(1 << 16).splitlines() if line.strip()), "")
    except OSError as error:
        raise InputError(
            f"{path}: it must be a readable file, got: {error.strerror}; check the path"
        ) from None
    return "kitti" if "," not in first and len(first.split()) > 1 else "mot"
