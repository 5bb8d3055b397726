"""The lives of one stream's tracks: when each was seen, where it went, how high it scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.source import InputError

PATH_POINTS = 24  # at most so many points of a track are drawn

Json = dict[str, Any]


@dataclass(frozen=True)
class Lives:
    """The tracks of one stream, in the order of their first frames.

    Attributes:
        table: The rows, as read.
        ids: Shape (T,), uint64.
        rows: Rows of the table, track by track, each in the order of its frames, shape (N,).
        starts: Where each track begins in `rows`, shape (T + 1,).
        track_of: The track of each row of the table, shape (N,).
    """

    table: BoxTable
    ids: NDArray[np.uint64]
    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    track_of: NDArray[np.intp]

    @property
    def first(self) -> NDArray[np.int64]:
        """First frame of each track."""
        return self.table.frames[self.rows[self.starts[:-1]]]

    @property
    def last(self) -> NDArray[np.int64]:
        """Last frame of each track."""
        return self.table.frames[self.rows[self.starts[1:] - 1]]

    @property
    def boxes(self) -> NDArray[np.intp]:
        """Number of boxes of each track."""
        return np.diff(self.starts)

    def gaps(self) -> dict[int, list[int]]:
        """Track -> first and last missing frame of each gap, one after the other."""
        frames = self.table.frames[self.rows]
        tracks = self.track_of[self.rows]
        before = np.flatnonzero((np.diff(frames) > 1) & (np.diff(tracks) == 0))
        found: dict[int, list[int]] = {}
        for row in before.tolist():
            pair = [int(frames[row]) + 1, int(frames[row + 1]) - 1]
            found.setdefault(int(tracks[row]), []).extend(pair)
        return found

    def paths(self) -> list[list[int]]:
        """For each track frame, x and y of the middle of the lower side, of up to 24 boxes.

        Each point is given as its difference from the last.
        """
        place = np.arange(len(self.rows)) - np.repeat(self.starts[:-1], self.boxes)
        length = np.repeat(self.boxes, self.boxes)
        step = np.maximum(1, -(-length // PATH_POINTS))
        chosen = (place % step == 0) | (place == length - 1)
        rows = self.rows[chosen]
        boxes = self.table.boxes[rows]
        points = np.stack(
            [self.table.frames[rows], boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]],
            axis=1,
        )
        whole = np.round(points).astype(np.int64)
        steps = np.diff(whole, axis=0, prepend=0)
        counts = np.bincount(self.track_of[rows], minlength=len(self.ids))
        ends = np.cumsum(counts)
        begins = ends - counts
        steps[begins] = whole[begins]
        flat = steps.reshape(-1).tolist()
        return [flat[3 * a : 3 * b] for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]

    def mean_scores(self) -> NDArray[np.float64]:
        """Mean score of each track; unknown scores (below 0) count as they stand."""
        if not len(self.ids):
            return np.zeros(0)
        sums = np.add.reduceat(self.table.scores[self.rows].astype(np.float64), self.starts[:-1])
        return np.asarray(sums / self.boxes, np.float64)

    def to_json(self, hues: NDArray[np.int64]) -> Json:
        """What the page needs of every track, as columns."""
        firsts = self.rows[self.starts[:-1]]
        return {
            "ids": [str(number) for number in self.ids.tolist()],
            "hues": hues.tolist(),
            "first": self.first.tolist(),
            "last": self.last.tolist(),
            "boxes": self.boxes.tolist(),
            "classes": self.table.classes[firsts].tolist(),
            "scores": np.round(100 * self.mean_scores()).astype(int).tolist(),
            "gaps": self.gaps(),
            "paths": self.paths(),
        }


def lives_of(table: BoxTable) -> Lives:
    """Sorts a table's rows into tracks.

    Raises:
        InputError: A row has no id.
    """
    if (table.ids == NO_ID).any():
        raise InputError(
            f"{table.name}: every row must have an id, got -1 in row "
            f"{int(np.argmax(table.ids == NO_ID)) + 1}; give tracks, not detections"
        )
    by_track = np.lexsort((table.frames, table.ids))
    ids, begins, counts = np.unique(table.ids[by_track], return_index=True, return_counts=True)
    order = np.lexsort((ids, table.frames[by_track[begins]] if len(ids) else ids))
    pieces = [by_track[begins[track] : begins[track] + counts[track]] for track in order.tolist()]
    rows = np.concatenate([np.zeros(0, np.intp), *pieces])
    starts = np.concatenate([[0], np.cumsum(counts[order])]).astype(np.intp)
    track_of = np.zeros(len(table), np.intp)
    track_of[rows] = np.repeat(np.arange(len(ids)), counts[order])
    return Lives(table, ids[order], rows, starts, track_of)
