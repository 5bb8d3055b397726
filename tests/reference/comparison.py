"""Compares a tracker's rows with the original's: boxes, scores, and ids up to renaming."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from tests.reference.sequences import Rows
from tests.reference.settings import RowFilter

BOX_TOLERANCE = 0.01  # pixels
SCORE_TOLERANCE = 0.0001  # the original's scores have 4 decimals

FRAME, ID = 0, 1
BOX, SCORE = slice(2, 6), 6


@dataclass(frozen=True)
class Difference:
    """One row that the two outputs do not share.

    Attributes:
        kind: `missing` (the original has it), `extra` (the tracker has it) or `rescored` (both have
            it, with different scores).
        frame: from 1.
        row: the row itself.
        reason: what stands in the other output instead.
    """

    kind: str
    frame: int
    row: Rows
    reason: str

    def __str__(self) -> str:
        left, top, width, height = self.row[BOX]
        return (
            f"frame {self.frame}: {self.kind} id {int(self.row[ID])} "
            f"[{left:.4f} {top:.4f} {width:.4f} {height:.4f}] score {self.row[SCORE]:.4f}: "
            f"{self.reason}"
        )


@dataclass(frozen=True)
class Comparison:
    """How far a tracker's rows equal the original's.

    Attributes:
        reference_rows: rows of the original.
        tracks_rows: rows of the tracker, after the row filter.
        matched: rows equal in frame, renamed id and box.
        renaming: the original's id -> the tracker's id, one to one.
        missing: rows of the original without an equal one.
        extra: rows of the tracker without an equal one.
        rescored: matched rows whose scores differ.
        conflicts: rows whose box is right but whose id breaks the renaming.
    """

    reference_rows: int
    tracks_rows: int
    matched: int
    renaming: dict[int, int]
    missing: list[Difference]
    extra: list[Difference]
    rescored: list[Difference]
    conflicts: int

    @property
    def share(self) -> float:
        """Matched rows of the original's rows, in [0, 1]."""
        return self.matched / self.reference_rows if self.reference_rows else 1.0

    @property
    def surplus(self) -> int:
        """How many rows more than the original the tracker has."""
        return self.tracks_rows - self.reference_rows

    def explain(self) -> str:
        """The figures in one line, then each differing row in frame order."""
        figures = (
            f"{self.matched} of {self.reference_rows} rows equal ({self.share:.4%}), "
            f"{len(self.missing)} missing, {len(self.extra)} extra, "
            f"{self.conflicts} with another id, {len(self.rescored)} with another score"
        )
        differing = self.missing + self.extra + self.rescored
        differing.sort(key=lambda row: (row.frame, row.kind))
        return "\n".join([figures, *map(str, differing)])


def written_rows(rows: Rows, row_filter: RowFilter) -> Rows:
    """The rows that the original's evaluation script would have written."""
    width, height = rows[:, 4], rows[:, 5]
    kept = (width * height > row_filter.smallest_area) & (width <= row_filter.widest * height)
    return rows[kept]


def compare(
    tracks_rows: Rows, reference_rows: Rows, row_filter: RowFilter | None = None
) -> Comparison:
    """Compares (N, 7) rows: frame, id, left, top, width, height, score.

    Ids may be renamed, by one one-to-one mapping for the whole sequence: the one under which most
    rows are equal. `row_filter` is applied to the tracker's rows only: the original's have passed
    it.
    """
    tracks = written_rows(tracks_rows, row_filter or RowFilter())
    pairs = equal_boxes(tracks, reference_rows)
    renaming = best_renaming(tracks, reference_rows, pairs)
    equal = [
        (ours, theirs)
        for ours, theirs in pairs
        if renaming.get(int(reference_rows[theirs, ID])) == int(tracks[ours, ID])
    ]
    matched_ours = {ours for ours, _ in equal}
    matched_theirs = {theirs for _, theirs in equal}
    missing = [
        difference("missing", reference_rows, row, tracks, renaming)
        for row in range(len(reference_rows))
        if row not in matched_theirs
    ]
    back = {ours: theirs for theirs, ours in renaming.items()}
    extra = [
        difference("extra", tracks, row, reference_rows, back)
        for row in range(len(tracks))
        if row not in matched_ours
    ]
    rescored = [
        difference("rescored", reference_rows, theirs, tracks, renaming)
        for ours, theirs in equal
        if abs(tracks[ours, SCORE] - reference_rows[theirs, SCORE]) > SCORE_TOLERANCE
    ]
    in_place = {theirs for _, theirs in pairs}
    return Comparison(
        reference_rows=len(reference_rows),
        tracks_rows=len(tracks),
        matched=len(matched_theirs),
        renaming=renaming,
        missing=missing,
        extra=extra,
        rescored=rescored,
        conflicts=len(in_place - matched_theirs),
    )


def equal_boxes(tracks: Rows, reference: Rows) -> list[tuple[int, int]]:
    """Index pairs of rows of one frame with equal boxes."""
    pairs = []
    for frame in np.unique(reference[:, FRAME]):
        ours = np.flatnonzero(tracks[:, FRAME] == frame)
        theirs = np.flatnonzero(reference[:, FRAME] == frame)
        apart = np.abs(tracks[ours, None, BOX] - reference[None, theirs, BOX])
        equal = (apart <= BOX_TOLERANCE).all(axis=-1)
        pairs += [(int(ours[i]), int(theirs[j])) for i, j in np.argwhere(equal)]
    return pairs


def best_renaming(tracks: Rows, reference: Rows, pairs: list[tuple[int, int]]) -> dict[int, int]:
    """The one-to-one mapping of the reference's ids under which most row pairs agree."""
    votes = Counter((int(reference[theirs, ID]), int(tracks[ours, ID])) for ours, theirs in pairs)
    their_ids = sorted({their_id for their_id, _ in votes})
    our_ids = sorted({our_id for _, our_id in votes})
    table = np.zeros((len(their_ids), len(our_ids)))
    for (their_id, our_id), count in votes.items():
        table[their_ids.index(their_id), our_ids.index(our_id)] = count
    return {
        their_ids[row]: our_ids[column]
        for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True)
        if table[row, column] > 0
    }


def difference(
    kind: str, rows: Rows, index: int, others: Rows, renaming: dict[int, int]
) -> Difference:
    """Says of a differing row what the other output has in its place."""
    row = rows[index]
    in_frame = others[others[:, FRAME] == row[FRAME]]
    other_id = renaming.get(int(row[ID]))
    if other_id is None:
        reason = "no track of the other output corresponds to this id"
    elif (same := in_frame[in_frame[:, ID] == other_id]).size:
        apart = np.abs(same[0, BOX] - row[BOX]).max()
        reason = f"its id {other_id} there is {apart:.4f} px away, score {same[0, SCORE]:.4f}"
    else:
        reason = f"its id {other_id} is not in this frame there"
    near = np.abs(in_frame[:, BOX] - row[BOX]).max(axis=1) <= BOX_TOLERANCE
    if near.any() and other_id not in in_frame[near][:, ID]:
        reason += f"; this box has id {int(in_frame[near][0, ID])} there"
    return Difference(kind, int(row[FRAME]), row, reason)
