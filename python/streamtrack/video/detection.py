"""Detections, and what a detector is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from streamtrack.video.frame import Image


class Detections(NamedTuple):
    """What a detector saw in one picture, best first.

    Attributes:
        boxes: x1, y1, x2, y2 in the picture's pixels, shape (N, 4), float32.
        scores: In [0, 1], shape (N,), float32.
        classes: Class ids, shape (N,), int64.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]

    @classmethod
    def none(cls) -> Detections:
        """No detections."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def take(self, rows: NDArray[np.intp]) -> Detections:
        """The detections of these rows, in their order."""
        return Detections(self.boxes[rows], self.scores[rows], self.classes[rows])


class Detector(Protocol):
    """Anything that finds objects in a picture; a function with names for its classes."""

    @property
    def class_names(self) -> Mapping[int, str]:
        """Names of class ids, as far as they are known."""

    def __call__(self, image: Image) -> Detections:
        """Finds objects, those with a low score included: ByteTrack has a use for them."""


def suppress_overlaps(found: Detections, limit: float, *, across_classes: bool) -> Detections:
    """Keeps the best box of those that overlap, best first (greedy non-maximum suppression).

    Args:
        found: Detections that may show one object several times.
        limit: Boxes with a greater intersection over union show the same object.
        across_classes: Whether boxes of different classes may show the same object.
    """
    if len(found.scores) == 0:
        return found
    corners = found.boxes.astype(np.float64)
    sides = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    scores = found.scores.tolist()
    if across_classes:
        kept = cv2.dnn.NMSBoxes(sides.tolist(), scores, 0.0, limit)
    else:
        classes = found.classes.tolist()
        kept = cv2.dnn.NMSBoxesBatched(sides.tolist(), scores, classes, 0.0, limit)
    rows = np.asarray(kept, np.intp).ravel()
    return found.take(rows[np.argsort(-found.scores[rows], kind="stable")])
