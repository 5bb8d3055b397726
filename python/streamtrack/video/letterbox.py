"""Fits a picture of any shape into a model's input, and boxes back into the picture."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from streamtrack.video.frame import Image

GREY = 114  # what YOLO models are trained to see beside the picture


class Fit(NamedTuple):
    """Where a picture lies in the model's input: pixel * zoom + offset."""

    zoom: float
    left: int
    top: int

    def back(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes x1, y1, x2, y2 of the input, in pixels of the picture."""
        offset = np.array([self.left, self.top, self.left, self.top], np.float32)
        return (boxes - offset) / np.float32(self.zoom)


def letterbox(
    image: Image, width: int, height: int, *, centred: bool, stride: int | None = None
) -> tuple[Image, Fit]:
    """Scales a picture to fit, its shape kept, and fills the rest with grey.

    Args:
        image: The picture.
        width: The input's width in pixels.
        height: The input's height in pixels.
        centred: Whether the picture lies in the middle (YOLOv5 and later) or top left (YOLOX);
            a detector is a little better with what it was trained on.
        stride: The input may be smaller, as long as its sides are multiples of this: no more grey
            than that takes. None: it has this width and height.
    """
    rows, columns = image.shape[:2]
    zoom = min(width / columns, height / rows)
    # Each family rounds in its own way; a pixel more or less changes scores.
    whole = round if centred else int
    size = max(1, whole(columns * zoom)), max(1, whole(rows * zoom))
    if stride is not None:
        width, height = (-(-side // stride) * stride for side in size)
    left = round((width - size[0]) / 2 - 0.1) if centred else 0
    top = round((height - size[1]) / 2 - 0.1) if centred else 0
    canvas = np.full((height, width, 3), GREY, np.uint8)
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    canvas[top : top + size[1], left : left + size[0]] = scaled
    return canvas, Fit(zoom, left, top)
