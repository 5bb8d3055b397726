"""Detections of one frame, tracks, and the rows in which tracks are reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.twin.motion import Gaussian, box_of, visible_box_of

TENTATIVE, TRACKED, LOST = 0, 1, 2


@dataclass(frozen=True)
class Detection:
    box: NDArray[np.float32]  # left, top, width, height
    score: np.float32  # below 0: unknown
    class_id: int
    index: int  # its row in the frame as given

    @property
    def weight(self) -> float:
        """What the score counts in score fusion; an unknown one counts as certain."""
        return 1.0 if self.score < 0 else float(self.score)

    @property
    def order(self) -> tuple[float, ...]:
        """Sorts a frame's detections the same way in whatever order they were given."""
        return (-float(self.score), *map(float, self.box), self.class_id)


def detections_of(
    boxes: ArrayLike, scores: ArrayLike, classes: ArrayLike | None
) -> list[Detection]:
    """The frame's detections in canonical order: score descending, then box, then class."""
    rows = np.asarray(boxes, np.float32).reshape(-1, 4)
    weights = np.asarray(scores, np.float32)
    ids = np.zeros(len(rows), int) if classes is None else np.asarray(classes, int)
    detections = [
        Detection(box, score, int(class_id), index)
        for index, (box, score, class_id) in enumerate(zip(rows, weights, ids, strict=True))
    ]
    return sorted(detections, key=lambda detection: detection.order)


@dataclass(eq=False)  # two tracks are the same only if they are one object
class Track:
    serial: int  # counts the tracks of a stream from 0, seen or not
    motion: Gaussian
    last_detection: Detection
    score: float  # smoothed
    state: int
    first_frame: int
    last_frame: int  # the last one in which a detection matched
    age: int = 1  # frames since it began, skipped ones included
    id: int = 0  # taken when it is first reported
    detection_index: int = -1  # in this frame
    shown_box: NDArray[np.floating] | None = None  # as last reported
    expired: bool = False  # reference preset: it outlived the buffer once

    @property
    def predicted_box(self) -> NDArray[np.float64]:
        return box_of(self.motion.mean)

    @property
    def visible_box(self) -> NDArray[np.float64]:
        return visible_box_of(self.motion.mean)

    @property
    def class_id(self) -> int:
        return self.last_detection.class_id

    @property
    def lifetime(self) -> int:
        return self.last_frame - self.first_frame


@dataclass(frozen=True)
class Tracks:
    """The report of one frame, sorted by id; `serials` tells the twin's tracks apart in tests."""

    ids: NDArray[np.uint64]
    boxes: NDArray[np.float32]  # left, top, width, height
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    detection_index: NDArray[np.int64]
    states: NDArray[np.uint8]
    ages: NDArray[np.int64]
    serials: NDArray[np.int64]


def report(tracks: Sequence[Track]) -> Tracks:
    """Tracks as arrays sorted by id."""
    rows = sorted(tracks, key=lambda track: track.id)
    return Tracks(
        ids=np.array([track.id for track in rows], np.uint64),
        boxes=np.array([track.shown_box for track in rows], np.float32).reshape(-1, 4),
        scores=np.array([track.score for track in rows], np.float32),
        classes=np.array([track.class_id for track in rows], np.int64),
        detection_index=np.array([track.detection_index for track in rows], np.int64),
        states=np.array([track.state for track in rows], np.uint8),
        ages=np.array([track.age for track in rows], np.int64),
        serials=np.array([track.serial for track in rows], np.int64),
    )
