"""Gathers what the report shows: runs, streams, and how good the tracks are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamtrack.config import Config
from streamtrack.evaluation.scores import Scores
from streamtrack.io.box_table import BoxTable
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import InputError
from streamtrack.io.tables import ENDINGS, read_tables
from streamtrack.report.comparison import Comparison
from streamtrack.report.lives import Lives


@dataclass(frozen=True)
class Run:
    """The tracks of one run.

    Attributes:
        name: As the report calls it.
        tables: The tracks by stream.
        config: The parameters they were made with, if known.
        files: What they were read from.
    """

    name: str
    tables: dict[str, BoxTable]
    config: Config | None = None
    files: Sequence[Path] = ()


@dataclass
class Quality:
    """How good one run's tracks of one stream are.

    Attributes:
        scores: The figures.
        objects: For each ground-truth object: id, first and last frame, and a flat list of
            first frame, last frame and track (-1: missed) of each stretch of its life.
        switches: (frame, object, track before, track from now on), places in the lists.
        fragments: (frame, object, track).
    """

    scores: Scores
    objects: list[tuple[str, list[int]]] = field(default_factory=list)
    switches: list[tuple[int, int, int, int]] = field(default_factory=list)
    fragments: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Stream:
    """One stream of the report: its tracks in one or two runs.

    Attributes:
        name: Its name.
        info: Length, frame rate and size, where they are known.
        runs: The tracks of each run, in the order of the runs.
        qualities: For each run how good it is; empty without ground truth.
        comparison: How two runs differ.
        picture: A picture of the scene as a data URI.
    """

    name: str
    info: SequenceInfo
    runs: list[Lives]
    qualities: list[Quality] = field(default_factory=list)
    comparison: Comparison | None = None
    picture: str | None = None

    @property
    def frame_count(self) -> int:
        """How many frames the stream has, as far as is known."""
        if self.info.frame_count is not None:
            return self.info.frame_count
        return max((run.table.frame_count for run in self.runs), default=0)

    def extent(self) -> list[int]:
        """Left, top, right and bottom of the scene in pixels."""
        if self.info.size is not None:
            return [0, 0, *self.info.size]
        boxes = np.concatenate([run.table.boxes for run in self.runs])
        if not len(boxes):
            return [0, 0, 1, 1]
        near = np.minimum(np.floor(boxes[:, :2].min(axis=0)), 0)
        far = np.ceil((boxes[:, :2] + boxes[:, 2:]).max(axis=0))
        return [int(side) for side in (*near, *far)]


Tracks = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | Mapping[str, BoxTable]


def read_run(tracks: Tracks, config: Config | None = None, name: str = "tracks") -> Run:
    """Reads a run's tracks.

    Args:
        tracks: A folder that holds NAME.txt or NAME.parquet for each stream, a file, several of
            them, or tables by name.
        config: The parameters, if they are known.
        name: The name of a run of tables; others have the first folder's or file's.

    Raises:
        InputError: There are no tracks, or two of one stream, or they cannot be read.
    """
    if isinstance(tracks, Mapping):
        return Run(name, dict(tracks), config)
    paths = [tracks] if isinstance(tracks, (str, os.PathLike)) else tracks
    given = [Path(path) for path in paths]
    files = [file for path in given for file in _files(path)]
    tables: dict[str, BoxTable] = {}
    for file in files:
        for table in read_tables(file):
            if table.name in tables:
                raise InputError(
                    f"{file}: tracks must differ in name, got a second {table.name}; rename one"
                )
            tables[table.name] = table
    if not tables:
        raise InputError(
            f"{', '.join(map(str, given))}: there must be tracks, got no NAME.txt or NAME.parquet; "
            "give the folder that streamtrack track wrote"
        )
    return Run(_run_name(given[0]), tables, config, files)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix in ENDINGS)
    if not path.is_file():
        raise InputError(f"{path}: there must be a folder or a file, got none; check the path")
    return [path]


def _run_name(path: Path) -> str:
    resolved = path.resolve()
    return resolved.name if path.is_dir() else resolved.stem


def activity(lives: Sequence[Lives], frame_count: int, bins: int = 60) -> NDArray[np.float64]:
    """Boxes per frame over time, in so many equal parts, for each run: shape (runs, bins)."""
    edges = np.linspace(1, frame_count + 1, bins + 1)
    counts = [np.histogram(run.table.frames, edges)[0] for run in lives]
    return np.array(counts) / max(1e-9, (frame_count or 1) / bins)


def score_histogram(lives: Lives, bins: int = 20) -> list[int]:
    """Boxes by their score, in equal parts of [0, 1]; unknown scores (below 0) are left out."""
    scores = lives.table.scores[lives.table.scores >= 0]
    return [int(count) for count in np.histogram(scores, bins, (0.0, 1.0))[0]]


LENGTH_PARTS = 18


def length_histogram(lives: Lives) -> list[int]:
    """Tracks by their number of boxes: 1, 2 to 3, 4 to 7, 8 to 15 and so on, doubling."""
    parts = np.floor(np.log2(np.maximum(lives.boxes, 1))).astype(int)
    counts = np.bincount(np.minimum(parts, LENGTH_PARTS - 1), minlength=LENGTH_PARTS)
    return [int(count) for count in counts]
