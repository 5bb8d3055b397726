"""Random crowds for the tests of the Python door."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def walking_crowd(
    people: int, frames: int, seed: int = 0, missed: float = 0.1
) -> list[tuple[Floats, Floats]]:
    """Boxes as left, top, width, height and scores, for each frame, of people who walk straight."""
    random = np.random.default_rng(seed)
    at = random.uniform(0, 1500, (people, 2))
    step = random.normal(0, 3, (people, 2))
    size = random.uniform([20, 60], [60, 180], (people, 2))
    crowd = []
    for _ in range(frames):
        at = at + step
        seen = random.random(people) >= missed
        boxes = np.hstack([at, size])[seen] + random.normal(0, 0.5, (int(seen.sum()), 4))
        crowd.append((boxes.astype(np.float32), random.uniform(0.2, 1, len(boxes)).astype("f4")))
    return crowd


def corners_of(boxes: Floats) -> Floats:
    """x1, y1, x2, y2 of boxes given as left, top, width, height."""
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
