"""The heads of YOLO models: what the numbers mean that a model gives, told by their shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

HeadName = Literal[
    "yolox", "yolox-decoded", "yolov8", "yolov8-rows", "yolov5", "end-to-end", "deepstream"
]
Array = NDArray[np.float32]
Candidates = tuple[Array, Array]
"""Boxes x1, y1, x2, y2 in input pixels, shape (N, 4), and a score a class, shape (N, C)."""

STRIDES = (8, 16, 32)
COCO_CLASSES = 80  # of a model that does not name its classes


@dataclass(frozen=True)
class Head:
    """How to feed a kind of model and how to read it.

    Attributes:
        name: What the kind is called.
        read: Makes boxes and scores from the output (one picture), the input's width and height
            and the number of classes (0: as many as there are).
        rgb: Colours go in as red, green, blue in [0, 1]; else blue, green, red in [0, 255].
        centred: The picture lies in the middle of the input.
        overlap: Boxes that overlap by more show one object; None if the model sees to it.
        shrinks: A model that takes any size sees a picture with as little grey around it as its
            stride allows, not a square: so Ultralytics' predictor feeds its own.
    """

    name: HeadName
    read: Callable[[Array, int, int, int], Candidates]
    rgb: bool
    centred: bool
    overlap: float | None
    shrinks: bool = False


def recognise(output: Array, width: int, height: int, classes: int) -> HeadName:
    """Tells the head from the output for one grey picture, and the input's size.

    Args:
        output: What the model gave for the picture.
        width: Of the input.
        height: Of the input.
        classes: How many classes the model names; 0: it names none.

    Raises:
        ValueError: No head has this shape.
    """
    cells = sum((width // stride) * (height // stride) for stride in STRIDES)
    shape = output.shape
    if len(shape) == 2:
        rows, columns = shape
        if columns == cells and rows > 4:
            return "yolov8"
        if rows == cells and columns > 4:
            return _of_a_row_for_each_cell(output, width, height, classes or COCO_CLASSES)
        if rows == 3 * cells and columns > 5:
            return "yolov5"
        if columns == 6:
            return "end-to-end"
    raise ValueError(
        f"the model's output must be {cells} rows (YOLOX), {cells} columns (YOLOv8 and later), "
        f"{3 * cells} rows (YOLOv5, YOLOv7) or rows of 6 (end to end) for its input of "
        f"{width}x{height}, got {'x'.join(map(str, shape))}; export a detection model for this size"
    )


def _of_a_row_for_each_cell(output: Array, width: int, height: int, classes: int) -> HeadName:
    if output.shape[1] == 4 + classes:  # YOLOX has one column more: whether there is an object
        return "yolov8-rows"
    if output.shape[1] == 6 and _gives_corners_and_class(output):
        return "deepstream"
    return "yolox-decoded" if _gives_pixels(output, width, height) else "yolox"


def _gives_corners_and_class(output: Array) -> bool:
    """Whether rows are x1, y1, x2, y2, score and the class's number, which is no likelihood."""
    return bool((output[:, 2:4] >= output[:, :2]).all() and not (output[:, 5] % 1).any())


def _gives_pixels(output: Array, width: int, height: int) -> bool:
    """Whether a YOLOX output is in pixels already (exported with --decode_in_inference).

    Pixels lie near the cells that gave them, all over the input; offsets lie near 0.
    """
    corners, strides = _cells(width, height)
    as_pixels = np.median(np.abs(output[:, :2] - corners * strides))
    as_offsets = np.median(np.abs(output[:, :2] * strides))
    return bool(as_pixels < as_offsets)


def _cells(width: int, height: int) -> tuple[Array, Array]:
    corners, strides = [], []
    for stride in STRIDES:
        columns, rows = width // stride, height // stride
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        corners.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((rows * columns, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _corners_of(middle: Array, size: Array) -> Array:
    half = size / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _read_yolox(output: Array, width: int, height: int, classes: int) -> Candidates:
    cells, strides = _cells(width, height)
    in_pixels = output.copy()
    in_pixels[:, :2] = (output[:, :2] + cells) * strides
    in_pixels[:, 2:4] = np.exp(output[:, 2:4]) * strides
    return _read_rows(in_pixels, width, height, classes)


def _read_rows(output: Array, _width: int, _height: int, classes: int) -> Candidates:
    last = 5 + classes if classes else output.shape[1]
    return _corners_of(output[:, :2], output[:, 2:4]), output[:, 4:5] * output[:, 5:last]


def _read_yolov8(output: Array, _width: int, _height: int, classes: int) -> Candidates:
    # What follows the classes belongs to masks or key points.
    rows = output[: 4 + classes if classes else None].T
    return _corners_of(rows[:, :2], rows[:, 2:4]), rows[:, 4:]


def _read_yolov8_rows(output: Array, width: int, height: int, classes: int) -> Candidates:
    return _read_yolov8(output.T, width, height, classes)


def _read_end_to_end(output: Array, _width: int, _height: int, classes: int) -> Candidates:
    ids = output[:, 5].astype(np.intp)
    scores = np.zeros((len(output), max(classes, ids.max(initial=0) + 1)), np.float32)
    scores[np.arange(len(output)), ids] = output[:, 4]
    return output[:, :4], scores


HEADS: dict[HeadName, Head] = {
    head.name: head
    for head in (
        Head("yolox", _read_yolox, rgb=False, centred=False, overlap=0.65),
        Head("yolox-decoded", _read_rows, rgb=False, centred=False, overlap=0.65),
        Head("yolov8", _read_yolov8, rgb=True, centred=True, overlap=0.7, shrinks=True),
        Head("yolov8-rows", _read_yolov8_rows, rgb=True, centred=True, overlap=0.7, shrinks=True),
        Head("yolov5", _read_rows, rgb=True, centred=True, overlap=0.45),
        Head("end-to-end", _read_end_to_end, rgb=True, centred=True, overlap=None, shrinks=True),
        Head("deepstream", _read_end_to_end, rgb=True, centred=True, overlap=0.45),
    )
}
