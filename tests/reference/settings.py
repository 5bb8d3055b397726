"""With which settings the original was run on which sequence (the data's README).

Kept as the project's own parameters. The original's evaluation script gives some MOT17 sequences,
in both their variants, a buffer of their own; sequences not listed get the general setting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

Values: TypeAlias = dict[str, "str | float | int | bool"]

GENERAL: Values = {
    "preset": "reference",
    "track_high_thresh": 0.6,
    "new_track_thresh": 0.7,
    "match_thresh": 0.9,
    "track_buffer": 30,
    "frame_rate": 30,
    "fuse_score": True,
}
SHORTER_BUFFERS = {"MOT17-05": 14, "MOT17-06": 14, "MOT17-13": 25, "MOT17-14": 25}
PALACE: Values = {
    "preset": "reference",
    "track_high_thresh": 0.5,
    "new_track_thresh": 0.6,
    "match_thresh": 0.8,
    "track_buffer": 30,
    "frame_rate": 30,
    "fuse_score": False,
}


@dataclass(frozen=True)
class RowFilter:
    """Rows that the original's evaluation script does not write.

    Attributes:
        smallest_area: rows with width * height up to this many square pixels are dropped.
        widest: rows with a greater width / height are dropped.
    """

    smallest_area: float = float("-inf")
    widest: float = float("inf")


@dataclass(frozen=True)
class ReferenceRun:
    parameters: Values
    row_filter: RowFilter = field(default_factory=RowFilter)


def reference_run(name: str) -> ReferenceRun:
    """The parameters and the row filter of the sequence of this name."""
    if name.startswith("palace"):
        return ReferenceRun(PALACE)
    parameters = dict(GENERAL)
    numbered = re.match(r"MOT17-\d\d", name)
    if numbered:
        parameters["track_buffer"] = SHORTER_BUFFERS.get(numbered[0], GENERAL["track_buffer"])
    cars = name.startswith(("KITTI", "traffic"))
    widest = float("inf") if cars else 1.6
    return ReferenceRun(parameters, RowFilter(smallest_area=100, widest=widest))
