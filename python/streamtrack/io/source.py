"""What every reader of detections gives: a named stream, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class InputError(ValueError):
    """An input cannot be read; the message names file, row, rule and fix."""


@dataclass(slots=True)
class DetectedFrame:
    """What the detector said of one frame.

    Attributes:
        boxes: Left, top, width, height in pixels, shape (N, 4), float32.
        scores: In [0, 1] or below 0 for unknown, shape (N,), float32.
        classes: Class ids, shape (N,), int32; None: all are class 0.
        detected: False where the detector skipped this frame.
        timestamp: Seconds on the stream's own clock; None where it is not known.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int32] | None = None
    detected: bool = True
    timestamp: float | None = None


class NamedStream(Protocol):
    """What is known of a stream before its first frame."""

    @property
    def name(self) -> str:
        """The stream's name."""

    @property
    def path(self) -> Path | None:
        """The file that it is read from; None where there is none."""

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, where the input says so."""


class Source(NamedStream, Protocol):
    """One stream of detections, read once or more often from its beginning."""

    @property
    def frame_count(self) -> int:
        """How many frames `frames()` gives."""

    @property
    def frame_rate(self) -> float | None:
        """Frames per second, where the input says so."""

    @property
    def notes(self) -> list[str]:
        """What the user should know of this input, one line each."""

    def frames(self) -> Iterator[DetectedFrame]:
        """Gives the frames in order, 1 to `frame_count`, empty ones included."""
