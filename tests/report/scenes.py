"""Small runs for reports, and crowds of tracks."""

from __future__ import annotations

import numpy as np
from streamtrack.io import BoxTable, SequenceInfo, box_table

INFO = SequenceInfo(frame_rate=10.0, frame_count=40, size=(640, 480))
Rows = list[tuple[int, int, float, float]]  # frame, id, left, top


def table(name: str, rows: Rows, info: SequenceInfo = INFO) -> BoxTable:
    """Boxes of 30 by 60 pixels."""
    boxes = [(left, top, 30.0, 60.0) for _, _, left, top in rows]
    scores = [0.5 + 0.01 * (frame % 50) for frame, *_ in rows]
    frames, ids = [row[0] for row in rows], [row[1] for row in rows]
    return box_table(name, frames, boxes, ids=ids, scores=scores, info=info)


def walk(track_id: int, frames: range, *, top: float = 100.0, speed: float = 10.0) -> Rows:
    return [(frame, track_id, frame * speed, top) for frame in frames]


# Two people. The first changes from track 1 to 5; track 2 of the second has a gap of five frames.
TRUTH = walk(1, range(1, 41)) + walk(2, range(1, 41), top=300)
TRACKS = (
    walk(1, range(1, 21))
    + walk(5, range(23, 41))
    + walk(2, range(1, 11), top=300)
    + walk(2, range(16, 41), top=300)
)
# The same, but that the first keeps its id, and that one track more is seen.
OTHER = (
    walk(31, range(1, 21))
    + walk(31, range(23, 41))
    + walk(32, range(1, 11), top=300)
    + walk(32, range(16, 41), top=300)
    + walk(33, range(30, 35), top=200)
)


def crowd(name: str, tracks: int, frames: int, seed: int) -> BoxTable:
    """Many short tracks with gaps, wherever they may be."""
    random = np.random.default_rng(seed)
    lengths = random.integers(2, 120, tracks)
    starts = random.integers(1, frames - 120, tracks)
    of_row = np.repeat(np.arange(tracks), lengths)
    age = np.arange(len(of_row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    begin = random.uniform(0, [1800, 900], (tracks, 2))
    speed = random.normal(0, 3, (tracks, 2))
    boxes = np.full((len(of_row), 4), 40.0)
    boxes[:, :2] = begin[of_row] + speed[of_row] * age[:, None]
    kept = (random.random(len(of_row)) > 0.03) | (age == 0)
    ids = (of_row + 1 + seed * 1_000_000)[kept]
    return box_table(name, (starts[of_row] + age)[kept], boxes[kept], ids=ids)
