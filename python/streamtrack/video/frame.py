"""What a camera gives: pictures, numbered and dated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture, shape (height, width, 3), uint8, in OpenCV's order blue, green, red."""


class VideoFrame(NamedTuple):
    """One picture of one stream.

    Attributes:
        number: Frame number, from 1; with gaps where a live stream lost pictures.
        timestamp: Seconds since the stream's first frame, growing from frame to frame.
        image: The picture.
    """

    number: int
    timestamp: float
    image: Image
