"""Draws tracks on a picture: boxes, ids and the trails of where they were."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from streamtrack.offline import TrackedFrame
from streamtrack.picture import Colour, colour_of
from streamtrack.video.frame import Image
from streamtrack.video.lettering import mask_of, write

BLACK, WHITE = np.full(3, 20, np.uint8), np.full(3, 255, np.uint8)
Point = tuple[int, int]
EQUAL_CONTRAST = 0.195  # the luminance on which W3C's contrast of both inks is the same
SMOOTH = 5  # frames over which a trail is evened out: boxes jitter, people do not


class TrackDrawer:
    """Draws one stream's tracks; it remembers where they were for their trails.

    A matched track has a full frame, a predicted one (`detection_index` -1) only its corners.

    Args:
        class_names: What to write beside the id; nothing for a class without a name.
        trail: Length of the trails in frames; 0 for none.
        box_format: The tracker's, "xyxy" or "ltwh".
    """

    def __init__(
        self,
        class_names: Mapping[int, str] | None = None,
        trail: int = 60,
        box_format: Literal["xyxy", "ltwh"] = "xyxy",
    ) -> None:
        self.class_names = class_names or {}
        self.box_format = box_format
        self.trail = trail
        self._frame = 0
        self._paths: dict[int, deque[tuple[int, Point]]] = {}

    def draw(self, image: Image, tracks: TrackedFrame) -> Image:
        """Returns a copy of the picture with the tracks on it.

        Args:
            image: The picture.
            tracks: The tracks of this frame.
        """
        canvas = image.copy()
        weight = max(1, round(min(image.shape[:2]) / 240))
        boxes = self._corners(tracks)
        ids = tracks.ids.tolist()
        self._remember(ids, boxes)
        for track_id in ids:
            self._draw_trail(canvas, track_id, weight)
        matched = (tracks.detection_index >= 0).tolist()
        classes = tracks.classes.tolist()
        for track_id, box, full in zip(ids, boxes, matched, strict=True):
            _draw_box(canvas, box, bgr(track_id), weight, full)
        for track_id, box, class_id in zip(ids, boxes, classes, strict=True):
            name = self.class_names.get(class_id, "")
            _draw_label(canvas, box, bgr(track_id), f"{name} {track_id}".strip())
        return canvas

    def _corners(self, tracks: TrackedFrame) -> list[list[int]]:
        corners = tracks.boxes.astype(np.float64)
        if self.box_format == "ltwh":
            corners[:, 2:] += corners[:, :2]
        whole: list[list[int]] = corners.clip(-9999, 9999).round().astype(int).tolist()
        return whole

    def _remember(self, ids: list[int], boxes: list[list[int]]) -> None:
        self._frame += 1
        for track_id, (x1, _, x2, y2) in zip(ids, boxes, strict=True):
            path = self._paths.setdefault(track_id, deque(maxlen=self.trail or 1))
            path.append((self._frame, ((x1 + x2) // 2, y2)))
        oldest = self._frame - self.trail
        gone = [track_id for track_id, path in self._paths.items() if path[-1][0] < oldest]
        for track_id in gone:
            del self._paths[track_id]

    def _draw_trail(self, canvas: Image, track_id: int, weight: int) -> None:
        path = self._paths[track_id]
        points = _smooth([point for frame, point in path if frame > self._frame - self.trail])
        for index, (start, end) in enumerate(pairwise(points), 1):
            thickness = max(1, round(1.5 * weight * index / len(points)))
            cv2.line(canvas, start, end, bgr(track_id), thickness, cv2.LINE_AA)


def bgr(track_id: int) -> Colour:
    """The id's colour in OpenCV's order."""
    red, green, blue = colour_of(track_id)
    return blue, green, red


def _smooth(points: list[Point]) -> list[Point]:
    if len(points) < 2:
        return points
    before, after = SMOOTH // 2, SMOOTH - 1 - SMOOTH // 2
    padded = np.pad(np.array(points, np.float64), ((before, after), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, SMOOTH, axis=0)
    return [(round(x), round(y)) for x, y in windows.mean(axis=-1).tolist()]


def _draw_box(canvas: Image, box: list[int], colour: Colour, weight: int, full: bool) -> None:
    x1, y1, x2, y2 = box
    if full:
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, weight)
        return
    across, down = (x2 - x1) // 4, (y2 - y1) // 4
    for x, towards_x in ((x1, across), (x2, -across)):
        for y, towards_y in ((y1, down), (y2, -down)):
            cv2.line(canvas, (x, y), (x + towards_x, y), colour, weight)
            cv2.line(canvas, (x, y), (x, y + towards_y), colour, weight)


def _draw_label(canvas: Image, box: list[int], colour: Colour, text: str) -> None:
    size = max(11, round(min(canvas.shape[:2]) / 42))
    rows, columns = mask_of(text, size).shape
    margin = size // 3
    left = min(max(box[0], 0), max(0, canvas.shape[1] - columns - 2 * margin))
    top = box[1] - rows if box[1] - rows >= 0 else box[1]  # inside where there is no room above
    cv2.rectangle(canvas, (left, top), (left + columns + 2 * margin, top + rows), colour, -1)
    write(canvas, text, (left + margin, top), size, ink_on(colour))


def ink_on(colour: Colour) -> Image:
    """Black or white, whichever stands out more on a colour (blue, green, red)."""
    linear = (np.array(colour) / 255) ** 2.2
    luminance = float(linear @ (0.0722, 0.7152, 0.2126))
    return BLACK if luminance > EQUAL_CONTRAST else WHITE
