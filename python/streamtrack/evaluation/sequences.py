"""Finds ground truth and tracks in folders, and which benchmark's rules hold for a sequence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from streamtrack.io.box_table import BoxTable
from streamtrack.io.sequence_info import SequenceInfo, read_sequence_info
from streamtrack.io.source import InputError
from streamtrack.io.tables import ENDINGS, read_table, read_tables, text_format

Benchmark = Literal["MOT15", "MOT17", "MOT20", "KITTI", "none"]
BENCHMARKS: tuple[Benchmark, ...] = get_args(Benchmark)
KITTI_CLASSES = ("car", "pedestrian")  # those that count under KITTI's rules
TextFormat = Literal["mot", "kitti"]
PathLike = str | os.PathLike[str]
# Where a sequence's folder holds its ground truth, by format.
_PLACES = {"kitti": ("label_02.txt",), "mot": ("gt/gt.txt", "gt.txt")}


@dataclass(frozen=True)
class GroundTruth:
    """What is known to be in a sequence.

    Attributes:
        table: The boxes.
        benchmark: Whose rules say which of them count.
        text_format: "kitti" if the classes and `extra` are KITTI's, else "mot".
    """

    table: BoxTable
    benchmark: Benchmark
    text_format: TextFormat


def guess_benchmark(name: str, text_format: TextFormat) -> Benchmark:
    """Returns the benchmark that a sequence's name begins with, else what its format tells."""
    found = re.match(r"(MOT15|MOT16|MOT17|MOT20|KITTI)(?![0-9A-Za-z])", name, re.IGNORECASE)
    if found is None:
        return "KITTI" if text_format == "kitti" else "none"
    named = found[1].upper()
    return "MOT17" if named == "MOT16" else next(b for b in BENCHMARKS if b == named)


def read_ground_truth(
    source: PathLike | Mapping[str, BoxTable | PathLike],
    benchmark: Benchmark | None = None,
    text_format: TextFormat | None = None,
) -> dict[str, GroundTruth]:
    """Reads the ground truth of one or many sequences.

    Args:
        source: A folder with a folder for each sequence (which holds gt/gt.txt, gt.txt or
            label_02.txt and perhaps seqinfo.ini) or with NAME.txt for each; such a folder or file
            alone; or a mapping from names to files or tables.
        benchmark: Whose rules hold; None: guessed for each sequence.
        text_format: Which file to read where there are both; None: KITTI's for KITTI sequences.

    Raises:
        InputError: There is none, or it cannot be read.
    """
    if isinstance(source, Mapping):
        entries: Mapping[str, BoxTable | PathLike] = source
    else:
        entries = _ground_truth_files(Path(source), benchmark, text_format)
    if not entries:
        raise InputError(f"{source}: there must be ground truth, got none; " + _EXPECTED)
    return {name: _opened(name, entry, benchmark) for name, entry in entries.items()}


_EXPECTED = "a folder for each sequence must hold gt/gt.txt, gt.txt or label_02.txt"


def _opened(name: str, entry: BoxTable | PathLike, benchmark: Benchmark | None) -> GroundTruth:
    if isinstance(entry, BoxTable):
        table = entry
        kind: TextFormat = "kitti" if "truncated" in entry.extra else "mot"
    else:
        path = Path(entry)
        kind = "kitti" if text_format(path) == "kitti" else "mot"
        table = read_table(path, name, _info_near(path))
    return GroundTruth(table, benchmark or guess_benchmark(name, kind), kind)


def _info_near(path: Path) -> SequenceInfo:
    folders = [path.parent, path.parent.parent] if path.parent.name == "gt" else [path.parent]
    for folder in folders:
        if (folder / "seqinfo.ini").is_file():
            return read_sequence_info(folder / "seqinfo.ini")
    return SequenceInfo()


def _ground_truth_files(
    path: Path, benchmark: Benchmark | None, text_format: TextFormat | None
) -> dict[str, PathLike]:
    if path.is_file():
        return {_name_of(path): path}
    if not path.is_dir():
        raise InputError(f"{path}: there must be a folder or a file, got none; check the path")
    own = _within(path, path.resolve().name, benchmark, text_format)
    if own is not None:
        return {path.resolve().name: own}
    labels = path / "label_02"
    entries = sorted((labels if labels.is_dir() else path).iterdir())
    found: dict[str, PathLike] = {}
    for entry in entries:
        if entry.is_dir():
            inside = _within(entry, entry.name, benchmark, text_format)
            if inside is not None:
                found[entry.name] = inside
        elif entry.suffix == ".txt":
            found[entry.stem] = entry
    return found


def _within(
    folder: Path, name: str, benchmark: Benchmark | None, text_format: TextFormat | None
) -> Path | None:
    """The ground truth in a sequence's folder."""
    if text_format is None:
        kitti_first = (benchmark or guess_benchmark(name, "mot")) == "KITTI"
        formats = ["kitti", "mot"] if kitti_first else ["mot", "kitti"]
    else:
        formats = [text_format]
    places = [folder / place for kind in formats for place in _PLACES[kind]]
    return next((place for place in places if place.is_file()), None)


def _name_of(path: Path) -> str:
    """A file's name, or the sequence's folder's where the file has a name of the format."""
    place = path.resolve()
    if place.name not in ("gt.txt", "label_02.txt"):
        return place.stem
    return place.parents[1].name if place.parent.name == "gt" else place.parent.name


def read_tracks(
    source: PathLike | Mapping[str, BoxTable | PathLike], wanted: Iterable[str]
) -> dict[str, BoxTable]:
    """Reads tracks by the stream's name.

    Args:
        source: A folder that holds NAME.txt or NAME.parquet for each stream, a file, or a mapping
            from names to files or tables.
        wanted: The names of interest; of a folder's text files no other is read.

    Raises:
        InputError: There are none, or they cannot be read.
    """
    names = set(wanted)
    if isinstance(source, Mapping):
        return {
            name: entry if isinstance(entry, BoxTable) else read_table(entry, name)
            for name, entry in source.items()
        }
    path = Path(source)
    if path.is_file():
        tables = read_tables(path)
        if len(tables) == len(names) == 1:
            return {next(iter(names)): tables[0]}  # one file against one sequence needs no name
        return {table.name: table for table in tables}
    if not path.is_dir():
        raise InputError(f"{path}: there must be a folder or a file, got none; check the path")
    tracks: dict[str, BoxTable] = {}
    for file in sorted(path.iterdir()):
        if file.suffix in ENDINGS and (file.suffix == ".parquet" or file.stem in names):
            tracks.update({table.name: table for table in read_tables(file)})
    return tracks


def listed(names: Iterable[str]) -> str:
    """Names as they stand in a message: the first ones, and how many more there are."""
    shown = list(names)
    if len(shown) > 5:
        return f"{', '.join(shown[:5])} and {len(shown) - 5:,} more"
    return ", ".join(shown) or "nothing"
