"""Brings files of boxes from one format into another without loss."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.inputs import detections_in, name_of
from streamtrack.io.kitti import write_kitti
from streamtrack.io.mot_table import write_mot
from streamtrack.io.parquet import write_parquet
from streamtrack.io.sequence_info import SequenceInfo, write_sequence_info
from streamtrack.io.source import InputError
from streamtrack.io.stream_files import stream_file
from streamtrack.io.tables import read_tables

TableFormat = Literal["mot", "kitti", "parquet"]


def convert(
    inputs: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    to: TableFormat,
    *,
    types: Mapping[int, str] | None = None,
    drop: Collection[str] = (),
) -> list[Path]:
    """Converts tracks, detections or ground truth between MOT text, KITTI text and Parquet.

    What a format has no place for is refused unless `drop` names it. A stream's length, frame rate
    and size go to OUTPUT/NAME/seqinfo.ini beside text, into the file of Parquet.

    Args:
        inputs: Files, or folders that hold det.txt or det/det.txt and perhaps seqinfo.ini.
        output: A folder, for text: NAME.txt for tracks, NAME/det.txt for detections. For Parquet
            the file that holds all streams.
        to: The format: "mot", "kitti" or "parquet".
        types: The KITTI type of each class id; None: `KITTI_TYPES`.
        drop: What may be lost: "classes", "timestamps", "detected", names of extra columns, or
            "all".

    Returns:
        The files written.

    Raises:
        InputError: An input cannot be read, two streams have one name, something would be
            lost, a stream has a name that no file can have, or the output for text has a file's.
    """
    tables = [table for given in inputs for table in _read(Path(given))]
    names = [table.name for table in tables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"streams must differ in name, got two called {twice[0]}; rename one")
    target = Path(output)
    if to == "parquet":
        target.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(target, tables)
        return [target]
    if target.suffix[1:].isalpha() and not target.is_dir():  # a misspelt name of a file
        raise InputError(
            f"{target}: the output must be a folder, or end with .parquet; drop {target.suffix}"
        )
    places = [_place(target, table) for table in tables]  # before any is written
    written = []
    for table, path in zip(tables, places, strict=True):
        lost = _all_of(table) if "all" in drop else drop
        path.parent.mkdir(parents=True, exist_ok=True)
        if to == "kitti":
            write_kitti(path, table, types=types, drop=lost)
        else:
            write_mot(path, table, drop=lost)
        written.append(path)
        if table.info != SequenceInfo():
            info = target / table.name / "seqinfo.ini"
            info.parent.mkdir(exist_ok=True)
            write_sequence_info(info, table.name, table.info)
            written.append(info)
    return written


def _read(path: Path) -> list[BoxTable]:
    name = name_of(path)
    file, info = detections_in(path)
    return read_tables(file, name, info)


def _all_of(table: BoxTable) -> list[str]:
    return ["classes", "timestamps", "detected", *table.extra]


def _place(folder: Path, table: BoxTable) -> Path:
    if len(table) and (table.ids == NO_ID).all():
        return stream_file(folder, table.name) / "det.txt"
    return stream_file(folder, table.name, ".txt")
