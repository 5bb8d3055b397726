"""Boxes of one stream, row by row: what files of tracks, detections or ground truth hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streamtrack.io.sequence_info import SequenceInfo

NO_ID = np.uint64(2**64 - 1)  # a row of a detection; text formats write it as -1


@dataclass(frozen=True, eq=False)
class BoxTable:
    """Rows of one stream, in the order of the file: columns of equal length.

    Attributes:
        name: The stream's name.
        frames: Frame of each row, from 1, shape (N,), int64.
        ids: Track ids, shape (N,), uint64; `NO_ID` where a row has none.
        boxes: Left, top, width, height in pixels, shape (N, 4), float32 or float64.
        scores: Shape (N,), float32 or float64; 1 where the format has none.
        classes: Class ids, shape (N,), int32.
        extra: Columns that only some formats have, by name, each of length N, float64 or object.
        info: Length, frame rate and size of the stream, where they are known.
        timestamps: Seconds of each frame, shape (F,), NaN where unknown; or None. F is at least
            `frame_count` and the last row's frame.
        detected: False where the detector skipped a frame, shape (F,); None: never.
    """

    name: str
    frames: NDArray[np.int64]
    ids: NDArray[np.uint64]
    boxes: NDArray[np.floating[Any]]
    scores: NDArray[np.floating[Any]]
    classes: NDArray[np.int32]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    info: SequenceInfo = field(default_factory=SequenceInfo)
    timestamps: NDArray[np.float64] | None = None
    detected: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        count = len(self.frames)
        if self.boxes.shape != (count, 4):
            raise ValueError(
                f"{self.name}: boxes must have the shape ({count}, 4) for {count} rows, "
                f"got {self.boxes.shape}; give left, top, width, height of each row"
            )
        columns = {"ids": self.ids, "scores": self.scores, "classes": self.classes, **self.extra}
        for name, column in columns.items():
            if column.shape != (count,):
                raise ValueError(
                    f"{self.name}: {name} must have the shape ({count},) for {count} rows, "
                    f"got {column.shape}; give one value for each row"
                )

        last = max(self.frame_count, int(self.frames.max(initial=0)))
        for name, of_frames in (("timestamps", self.timestamps), ("detected", self.detected)):
            if of_frames is not None and (of_frames.ndim != 1 or len(of_frames) < last):
                raise ValueError(
                    f"{self.name}: {name} must have a value for each of the {last} frames, "
                    f"got the shape {of_frames.shape}; use NaN or True where nothing is known"
                )

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def frame_count(self) -> int:
        """How many frames there are: as the stream says, else up to the last row's."""
        if self.info.frame_count is not None:
            return self.info.frame_count
        return int(self.frames.max()) if len(self) else 0

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> BoxTable:
        """Returns the table of some rows, by mask or by index."""
        return BoxTable(
            self.name,
            self.frames[rows],
            self.ids[rows],
            self.boxes[rows],
            self.scores[rows],
            self.classes[rows],
            {name: column[rows] for name, column in self.extra.items()},
            self.info,
            self.timestamps,
            self.detected,
        )

    def in_frame_order(self) -> BoxTable:
        """Returns the table with its rows in the order of their frames, otherwise as they stand."""
        if np.all(self.frames[1:] >= self.frames[:-1]):
            return self
        return self.take(np.argsort(self.frames, kind="stable"))


def box_table(
    name: str,
    frames: ArrayLike,
    boxes: ArrayLike,
    *,
    ids: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    info: SequenceInfo | None = None,
) -> BoxTable:
    """Makes a table of what NumPy takes.

    Args:
        name: The stream's name.
        frames: Frame of each row, from 1, shape (N,).
        boxes: Left, top, width, height in pixels, shape (N, 4).
        ids: Shape (N,); None: the rows are detections.
        scores: Shape (N,); None: all are 1.
        classes: Shape (N,), whole numbers; None: all are class 0.
        info: Length, frame rate and size of the stream.
    """
    numbers = np.asarray(frames, np.int64)
    count = len(numbers)
    return BoxTable(
        name,
        numbers,
        np.full(count, NO_ID) if ids is None else np.asarray(ids, np.uint64),
        _real(boxes).reshape(count, 4) if count == 0 else _real(boxes),
        np.ones(count, np.float32) if scores is None else _real(scores),
        np.zeros(count, np.int32) if classes is None else np.asarray(classes, np.int32),
        info=info or SequenceInfo(),
    )


def _real(values: ArrayLike) -> NDArray[np.floating[Any]]:
    array = np.asarray(values)
    return array if array.dtype == np.float32 else array.astype(np.float64)
