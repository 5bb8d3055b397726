"""All streams in one picture, tile by tile, as DeepStream's tiler shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from streamtrack.video.frame import Image
from streamtrack.video.lettering import mask_of, write

WIDTH, GAP = 1920, 4
BACKGROUND, INK = 24, np.full(3, 235, np.uint8)


class Mosaic:
    """Keeps the latest picture of every stream, its name in its corner.

    The tiles have the shape of most cameras' pictures, 16 to 9; others are shown whole in them.

    Args:
        names: The streams, tile by tile, line by line.
        width: Of the whole, in pixels; its height follows.
    """

    def __init__(self, names: Sequence[str], width: int = WIDTH) -> None:
        columns = math.ceil(math.sqrt(len(names)))
        pitch = width // columns, width // columns * 9 // 16
        height = pitch[1] * math.ceil(len(names) / columns)
        self._tile = pitch[0] - GAP, pitch[1] - GAP
        self._places = {
            name: (place % columns * pitch[0] + GAP // 2, place // columns * pitch[1] + GAP // 2)
            for place, name in enumerate(names)
        }
        self._ended: set[str] = set()
        self._canvas = np.full((height, width, 3), BACKGROUND, np.uint8)
        self._pictures = {name: self._view(name) for name in names}
        for name, picture in self._pictures.items():
            _label(picture, name)

    def show(self, name: str, image: Image) -> None:
        """Puts a stream's picture into its tile, its shape kept."""
        tile = self._view(name)
        height, width = tile.shape[:2]
        zoom = min(width / image.shape[1], height / image.shape[0])
        size = max(1, int(image.shape[1] * zoom)), max(1, int(image.shape[0] * zoom))
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        left, top = (width - size[0]) // 2, (height - size[1]) // 2
        tile[:] = BACKGROUND
        picture = self._pictures[name] = tile[top : top + size[1], left : left + size[0]]
        picture[:] = cv2.resize(image, size, interpolation=how)
        _label(picture, name)

    def end(self, name: str) -> None:
        """Darkens the tile of a stream that has ended; its last picture stays."""
        if name not in self._ended:
            self._ended.add(name)
            picture = self._pictures[name]
            picture //= 3
            _label(picture, f"{name}: ended")

    def _view(self, name: str) -> Image:
        x, y = self._places[name]
        width, height = self._tile
        return self._canvas[y : y + height, x : x + width]

    @property
    def image(self) -> Image:
        """The whole as it is now; a view that changes with the next picture."""
        return self._canvas


def _label(picture: Image, text: str) -> None:
    size = max(12, picture.shape[0] // 32)
    rows, columns = mask_of(text, size).shape
    margin = size // 2
    band = picture[: rows + margin, : columns + 2 * margin]
    band //= 3
    write(picture, text, (margin, margin // 2), size, INK)
