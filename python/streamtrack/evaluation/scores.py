"""What an evaluation found, and how it is written."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from streamtrack.io.whole_file import whole_file, write_whole

COMBINED = "COMBINED"
# The figures of which more is better; the others are counts of errors.
Metric = Literal["HOTA", "DetA", "AssA", "MOTA", "IDF1"]
METRICS: tuple[Metric, ...] = get_args(Metric)


@dataclass(frozen=True)
class Scores:
    """The figures of one sequence, or of all; named as TrackEval names them.

    Attributes:
        HOTA: Detection and association in one, percent.
        DetA: Detection accuracy, percent.
        AssA: Association accuracy, percent.
        MOTA: 100 less misses, false alarms and switches per ground-truth box, percent; it has no
            lower bound.
        IDF1: Share of boxes that have the right id, percent.
        IDSW: How often the id of an object changes.
        Frag: How often the track of an object is interrupted.
        FP: Track boxes on no object.
        FN: Object boxes without track.
    """

    HOTA: float
    DetA: float
    AssA: float
    MOTA: float
    IDF1: float
    IDSW: int
    Frag: int
    FP: int
    FN: int

    @classmethod
    def names(cls) -> list[str]:
        """The figures' names, in order."""
        return [field.name for field in fields(cls)]


@dataclass(frozen=True)
class Evaluation:
    """The figures of every sequence and of all together.

    Attributes:
        sequences: By the sequence's name.
        combined: Over all boxes of all sequences, as the benchmarks combine them (not the mean).
        rules: The preprocessing that each sequence had: MOT15, MOT17, MOT20, KITTI or none.
        notes: What the user should know, one line each.
    """

    sequences: Mapping[str, Scores]
    combined: Scores
    rules: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, Scores]]:
        """The sequences and, last, the combination."""
        return [*self.sequences.items(), (COMBINED, self.combined)]

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Returns name -> figure -> value, with COMBINED as the last name."""
        return {name: asdict(scores) for name, scores in self.rows()}

    def save_json(self, path: str | os.PathLike[str]) -> None:
        """Writes `to_dict()`."""
        write_whole(Path(path), json.dumps(self.to_dict(), indent=2) + "\n")

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Writes a row for each sequence and, last, for COMBINED."""
        with (
            whole_file(Path(path)) as part,
            part.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["sequence", *Scores.names()])
            for name, scores in self.rows():
                writer.writerow([name, *asdict(scores).values()])
