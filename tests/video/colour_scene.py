"""Videos of coloured squares that move as a formula says, and a detector that finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from streamtrack.video import Detections, Image

GREY = 60


@dataclass(frozen=True)
class Square:
    """A square of one colour: blue, green, red; its left edge moves, its top stays."""

    colour: tuple[int, int, int]
    left: float
    top: int
    speed: float  # pixels a second
    side: int = 40

    def box(self, time: float) -> list[float]:
        """x1, y1, x2, y2 at a time."""
        x = self.left + self.speed * time
        return [x, self.top, x + self.side, self.top + self.side]


RED = Square((40, 40, 220), left=20, top=30, speed=20)
BLUE = Square((220, 60, 40), left=240, top=120, speed=-20)
GREEN = Square((40, 200, 40), left=100, top=170, speed=30)


def picture(squares: Sequence[Square], time: float, size: tuple[int, int] = (320, 240)) -> Image:
    image = np.full((size[1], size[0], 3), GREY, np.uint8)
    for square in squares:
        x1, y1, x2, y2 = (round(side) for side in square.box(time))
        image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)] = square.colour
    return image


def write_video(
    path: Path,
    squares: Sequence[Square],
    frames: int,
    rate: int = 25,
    size: tuple[int, int] = (320, 240),
) -> Path:
    """An almost lossless video, made with PyAV alone: not with the writer that is tested."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "4"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p"
        for number in range(frames):
            image = picture(squares, number / rate, size)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


class ColourDetector:
    """Finds squares by their colour; the class is the square's place in the list."""

    def __init__(self, squares: Sequence[Square], score: float = 0.9) -> None:
        self.squares, self.score = squares, score
        self.class_names: Mapping[int, str] = {}
        self.seen = 0

    def __call__(self, image: Image) -> Detections:
        self.seen += 1
        boxes, classes = [], []
        for number, square in enumerate(self.squares):
            near = np.abs(image.astype(int) - square.colour).max(axis=2) < 50
            if near.sum() > square.side**2 / 3:
                boxes.append(_bounds(near))
                classes.append(number)
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(len(boxes), self.score, np.float32),
            np.array(classes, np.int64),
        )


def _bounds(mask: NDArray[np.bool_]) -> list[int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
