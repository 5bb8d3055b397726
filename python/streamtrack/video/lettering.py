"""Writes on pictures in a real typeface; what OpenCV draws itself is hard to read when small."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from streamtrack.video.frame import Image


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def mask_of(text: str, size: int) -> NDArray[np.float32]:
    """How much of each pixel a text covers, in [0, 1]; all texts of one size are equally high."""
    font = _font(size)
    width = max(1, round(font.getlength(text)))
    canvas = Pillow.new("L", (width, round(size * 1.25)))
    ImageDraw.Draw(canvas).text((0, round(size * 0.62)), text, 255, font=font, anchor="lm")
    return np.asarray(canvas, np.float32) / np.float32(255)


def write(image: Image, text: str, at: tuple[int, int], size: int, colour: Image) -> None:
    """Writes a text into a picture; what lies outside is cut off.

    Args:
        image: The picture, changed in place.
        text: One line.
        at: Pixels from the left and from the top.
        size: Height of the letters in pixels.
        colour: Blue, green, red, shape (3,).
    """
    left, top = at
    mask = mask_of(text, size)
    rows = slice(max(0, top), max(0, min(image.shape[0], top + mask.shape[0])))
    columns = slice(max(0, left), max(0, min(image.shape[1], left + mask.shape[1])))
    seen = mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    if seen.size:
        under = image[rows, columns]
        over = seen[..., None]
        image[rows, columns] = (under * (1 - over) + colour * over + 0.5).astype(np.uint8)
