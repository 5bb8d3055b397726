"""Which track covers which object when: the matching behind MOTA, frame by frame.

The CLEAR metrics (Bernardin and Stiefelhagen, 2008) match anew in each frame, keeping the last
frame's pairs where they still overlap. TrackEval counts switches and fragments and forgets where
they were; this does the same matching and remembers. Its counts equal TrackEval's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.evaluation.trackeval_run import Prepared
from streamtrack.io.box_table import BoxTable

_THRESHOLD = 0.5
_KEEP = 1000.0  # what a pair of the last frame is worth more: as in TrackEval
_EPSILON = float(np.finfo("float").eps)

Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Matches:
    """The objects that count, and what covers them.

    Attributes:
        frames: Frame of each counting ground-truth box, from 1, shape (N,), sorted.
        objects: Its object's id in the ground truth, shape (N,), uint64.
        rows: The row of the tracks that covers it, shape (N,), -1 where it is missed.
        switches: (frame, object id, row before, row from now on) for every id switch.
        fragments: (frame, object id, row) where an object's interrupted track goes on.
    """

    frames: NDArray[np.int64]
    objects: NDArray[np.uint64]
    rows: NDArray[np.int64]
    switches: list[tuple[int, int, int, int]]
    fragments: list[tuple[int, int, int]]


def matches(prepared: Prepared, ground_truth: BoxTable, tracks: BoxTable) -> Matches:
    """Matches a prepared sequence as the CLEAR metrics do.

    Args:
        prepared: What `prepare` made of the two tables.
        ground_truth: The ground truth.
        tracks: The tracks.
    """
    run = _Run(prepared, ground_truth, tracks)
    for time in range(len(prepared.frames)):
        run.take(time, prepared.data)
    return Matches(
        np.array(run.frames, np.int64),
        np.array(run.objects, np.uint64),
        np.array(run.rows, np.int64),
        run.switches,
        run.fragments,
    )


class _Run:
    """The state of the matching: what covered each object last, and in the frame before."""

    def __init__(self, prepared: Prepared, ground_truth: BoxTable, tracks: BoxTable) -> None:
        self._frames = prepared.frames.tolist()
        self._object_ids = ground_truth.ids
        self._track_ids = tracks.ids
        self._last_row: dict[int, int] = {}
        self._before: dict[int, int] = {}  # object -> track id, in the frame before only
        self.frames: list[int] = []
        self.objects: list[int] = []
        self.rows: list[int] = []
        self.switches: list[tuple[int, int, int, int]] = []
        self.fragments: list[tuple[int, int, int]] = []

    def take(self, time: int, data: dict[str, Any]) -> None:
        rows = data["tracker_confidences"][time].astype(np.int64)
        objects = self._object_ids[data["gt_dets"][time][:, 4].astype(np.int64)].tolist()
        self.frames += [self._frames[time]] * len(objects)
        self.objects += objects
        if not objects or not len(rows):
            self.rows += [-1] * len(objects)
            return  # as in TrackEval, such a frame interrupts nothing
        of_object, of_row = self._pairs(objects, rows, data["similarity_scores"][time])
        covering = dict(zip(of_object.tolist(), rows[of_row].tolist(), strict=True))
        self.rows += [covering.get(place, -1) for place in range(len(objects))]
        covered = {objects[place]: row for place, row in covering.items()}
        for number, row in covered.items():
            self._note(self._frames[time], number, row)
        self._before = {number: int(self._track_ids[row]) for number, row in covered.items()}
        self._last_row.update(covered)

    def _pairs(
        self, objects: list[int], rows: NDArray[np.int64], similarity: NDArray[np.float64]
    ) -> Pairs:
        from scipy.optimize import linear_sum_assignment

        before = [self._before.get(number) for number in objects]
        track_ids = self._track_ids[rows].tolist()
        kept = np.array([[number == last for number in track_ids] for last in before])
        scores = _KEEP * kept + similarity
        scores[similarity < _THRESHOLD - _EPSILON] = 0
        of_object, of_row = linear_sum_assignment(-scores)
        matched = scores[of_object, of_row] > _EPSILON
        return of_object[matched], of_row[matched]

    def _note(self, frame: int, number: int, row: int) -> None:
        last = self._last_row.get(number)
        if last is None:
            return
        if self._track_ids[last] != self._track_ids[row]:
            self.switches.append((frame, number, last, row))
        if number not in self._before:
            self.fragments.append((frame, number, row))
