"""Where two runs on the same stream differ, frame by frame, ids up to renaming."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.report.lives import Json, Lives

TOLERANCE = 0.01  # pixels: nearer boxes are equal
OVERLAP = 0.5  # boxes with at least this IoU show the same
DRAWN_FRAMES = 60  # of each stream so many differing frames are drawn


class Status(IntEnum):
    """What the other run has in place of a box."""

    EQUAL = 0
    ALONE = 1  # nothing of this track
    RENAMED = 2  # a box of another track
    MOVED = 3  # a box of this track, elsewhere


@dataclass(frozen=True)
class Comparison:
    """Two runs on one stream.

    Attributes:
        renaming: The first run's track -> the second run's, one to one, places in `Lives.ids`.
        statuses: For each run the `Status` of each row of its table.
        frames: The frames in which tracks differ (more than in where their boxes are), sorted.
        moved: The other frames that differ: only in where boxes are, sorted.
    """

    renaming: dict[int, int]
    statuses: tuple[NDArray[np.int8], NDArray[np.int8]]
    frames: NDArray[np.int64]
    moved: NDArray[np.int64]

    def to_json(self, first: Lives, second: Lives) -> Json:
        """What the page needs: the differing frames, and the boxes of the first of them."""
        drawn = {
            frame: [
                _boxes_in(lives, self.statuses[run], frame)
                for run, lives in enumerate((first, second))
            ]
            for frame in [*self.frames.tolist(), *self.moved.tolist()][:DRAWN_FRAMES]
        }
        return {"frames": self._counts(first, second), "drawn": drawn}

    def _counts(self, first: Lives, second: Lives) -> list[list[int]]:
        """For each differing frame: frame, boxes of each run alone, renamed and moved boxes."""
        frames = np.union1d(self.frames, self.moved)

        def count(run: int, status: Status) -> NDArray[np.int64]:
            of_rows = (first, second)[run].table.frames[self.statuses[run] == status]
            return np.bincount(np.searchsorted(frames, of_rows), minlength=len(frames))

        columns = [
            frames,
            count(0, Status.ALONE),
            count(1, Status.ALONE),
            np.maximum(count(0, Status.RENAMED), count(1, Status.RENAMED)),
            np.maximum(count(0, Status.MOVED), count(1, Status.MOVED)),
        ]
        return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _boxes_in(lives: Lives, statuses: NDArray[np.int8], frame: int) -> list[list[int]]:
    rows = np.flatnonzero(lives.table.frames == frame)
    sides = np.round(lives.table.boxes[rows]).astype(np.int64)
    columns = [lives.track_of[rows], *sides.T, statuses[rows]]
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def compare(first: Lives, second: Lives) -> Comparison:
    """Compares two runs: boxes of one frame that overlap by half or more show the same.

    Ids may be renamed, one to one: tracks with most such boxes in common correspond.
    """
    pairs = _pairs(first, second)
    ours, theirs = first.track_of[pairs[:, 0]], second.track_of[pairs[:, 1]]
    renaming = _renaming(Counter(zip(ours.tolist(), theirs.tolist(), strict=True)))
    back = {theirs: ours for ours, theirs in renaming.items()}
    statuses = (
        _statuses(first, second, pairs, renaming),
        _statuses(second, first, pairs[:, ::-1], back),
    )
    frames = _frames_with(statuses, (first, second), (Status.ALONE, Status.RENAMED))
    moved = _frames_with(statuses, (first, second), (Status.MOVED,))
    return Comparison(renaming, statuses, frames, np.setdiff1d(moved, frames))


def _frames_with(
    statuses: tuple[NDArray[np.int8], ...], runs: tuple[Lives, ...], wanted: tuple[Status, ...]
) -> NDArray[np.int64]:
    found = [
        lives.table.frames[np.isin(of_run, wanted)]
        for lives, of_run in zip(runs, statuses, strict=True)
    ]
    return np.unique(np.concatenate(found))


def _pairs(first: Lives, second: Lives) -> NDArray[np.intp]:
    """Pairs of rows that show the same, the best overlap first, each row once, shape (P, 2)."""
    theirs_by_frame = _rows_by_frame(second)
    pairs = [np.zeros((0, 2), np.intp)]
    for frame, ours in _rows_by_frame(first).items():
        theirs = theirs_by_frame.get(frame)
        if theirs is not None:
            overlaps = _overlaps(first.table.boxes[ours], second.table.boxes[theirs])
            places = _greedy(overlaps)
            pairs.append(np.stack([ours[places[:, 0]], theirs[places[:, 1]]], axis=1))
    return np.concatenate(pairs)


def _overlaps(
    ours: NDArray[np.floating[Any]], theirs: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """IoU of each box with each other, shape (N, M)."""
    a, b = ours[:, None].astype(np.float64), theirs[None].astype(np.float64)
    near = np.maximum(a[..., :2], b[..., :2])
    far = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    common = np.prod(np.maximum(far - near, 0), axis=2)
    return np.asarray(common / (a[..., 2:].prod(axis=2) + b[..., 2:].prod(axis=2) - common))


def _greedy(overlaps: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of pairs of at least half overlap, the best first, shape (P, 2)."""
    places = np.argwhere(overlaps >= OVERLAP)
    best_first = places[np.argsort(-overlaps[places[:, 0], places[:, 1]], kind="stable")]
    rows: set[int] = set()
    columns: set[int] = set()
    chosen = []
    for row, column in best_first.tolist():
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            chosen.append((row, column))
    return np.array(chosen, np.intp).reshape(-1, 2)


def _rows_by_frame(lives: Lives) -> dict[int, NDArray[np.intp]]:
    frames = lives.table.frames
    order = np.argsort(frames, kind="stable")
    numbers, begins = np.unique(frames[order], return_index=True)
    pieces = np.split(order, begins[1:]) if len(order) else []
    return dict(zip(numbers.tolist(), pieces, strict=True))


def _renaming(votes: Counter[tuple[int, int]]) -> dict[int, int]:
    renaming: dict[int, int] = {}
    taken: set[int] = set()
    for (ours, theirs), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if ours not in renaming and theirs not in taken:
            renaming[ours] = theirs
            taken.add(theirs)
    return renaming


def _statuses(
    own: Lives, other: Lives, pairs: NDArray[np.intp], renaming: dict[int, int]
) -> NDArray[np.int8]:
    """What the other run has in place of each of our own rows."""
    tracks = np.full(len(own.ids) + 1, -1)
    tracks[list(renaming)] = list(renaming.values())
    counterpart = tracks[own.track_of]
    key = np.int64(len(other.ids) + 1)  # frame and track as one number
    there = other.table.frames * key + other.track_of
    present = (counterpart >= 0) & np.isin(own.table.frames * key + counterpart, there)
    statuses = np.where(present, Status.MOVED, Status.ALONE).astype(np.int8)
    ours, theirs = pairs[:, 0], pairs[:, 1]
    apart = np.abs(own.table.boxes[ours] - other.table.boxes[theirs]).max(axis=1, initial=0)
    as_one = np.where(apart <= TOLERANCE, Status.EQUAL, Status.MOVED)
    same = counterpart[ours] == other.track_of[theirs]
    statuses[ours] = np.where(same, as_one, Status.RENAMED)
    return statuses
