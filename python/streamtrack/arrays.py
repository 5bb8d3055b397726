"""Makes what a caller gives into the arrays that the core reads, once and visibly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Boxes = NDArray[np.float32]
Scores = NDArray[np.float32]
Classes = NDArray[np.int64]


def as_arrays(
    boxes: ArrayLike, scores: ArrayLike, classes: ArrayLike | None
) -> tuple[Boxes, Scores, Classes | None]:
    """Converts lists, other dtypes, strides and anything with `__array__` to contiguous arrays.

    The common case, contiguous float32, never comes here.

    Raises:
        ValueError: A shape, dtype or value that cannot be converted.
    """
    box_array = _as_float32("boxes", boxes, "(N, 4)")
    if box_array.size == 0:
        box_array = box_array.reshape(0, 4)
    if box_array.ndim != 2 or box_array.shape[1] != 4:
        raise ValueError(f"boxes must have shape (N, 4), got {box_array.shape}; one row a box")
    rows = len(box_array)
    score_array = _column("scores", _as_float32("scores", scores, "(N,)"), rows)
    if classes is None:
        return box_array, score_array, None
    return box_array, score_array, _column("classes", _as_integers(classes), rows)


def _as_float32(name: str, values: ArrayLike, shape: str) -> NDArray[np.float32]:
    array = _as_numbers(name, values, shape)
    with np.errstate(over="ignore"):  # what overflows is refused as not finite, with its row
        return np.ascontiguousarray(array, np.float32)


def _as_integers(values: ArrayLike) -> Classes:
    array = _as_numbers("classes", values, "(N,)")
    with np.errstate(invalid="ignore"):
        integers = np.ascontiguousarray(array, np.int64)
    wrong = np.flatnonzero(integers != array)
    if wrong.size:
        raise ValueError(
            f"classes must be whole numbers, got {array.ravel()[wrong[0]]} in row {wrong[0]}; "
            "give the detector's class ids"
        )
    return integers


def _as_numbers(name: str, values: ArrayLike, shape: str) -> NDArray[Any]:
    if values is None:
        raise ValueError(
            f"{name} must be an array of shape {shape}, got None; "
            "say detected=False where the detector skipped the frame"
        )
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{name} must be an array of shape {shape}, got rows of different lengths; "
            "give every row as many numbers"
        ) from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must be numbers, got dtype {array.dtype}; convert them first")
    return array


def _column(name: str, array: NDArray[Any], rows: int) -> NDArray[Any]:
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.shape != (rows,):
        raise ValueError(
            f"{name} must have shape ({rows},), one for each box, got {array.shape}; "
            "give boxes and their columns equal length"
        )
    return array
