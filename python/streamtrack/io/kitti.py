"""KITTI's tracking format: label_02 files of ground truth, and results (a label and a score)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.box_table import BoxTable
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import InputError
from streamtrack.io.text_rows import (
    RowLayout,
    read_rows,
    refuse_loss,
    text_ids,
    text_numbers,
    write_text,
)

KITTI_TYPES = (
    "Car",
    "Van",
    "Truck",
    "Pedestrian",
    "Person",
    "Cyclist",
    "Tram",
    "Misc",
    "DontCare",
)
"""The types of objects; a type's place is its class id."""

_LABEL = ("truncated", "occluded", "alpha")
_SPACE = ("height_3d", "width_3d", "length_3d", "x_3d", "y_3d", "z_3d", "rotation_y")
# What the benchmark writes where nothing is known.
_UNKNOWN = dict(
    zip((*_LABEL, *_SPACE), (-1, -1, -10, -1, -1, -1, -1000, -1000, -1000, -10), strict=True)
)
_SIDES = ("left", "top", "right", "bottom")
_LAYOUT = RowLayout(
    columns=("frame", "id", "type", *_LABEL, *_SIDES, *_SPACE, "score"),
    required=17,
    separator=None,
    first_frame=0,
    words={"type": {kind.lower(): kind for kind in KITTI_TYPES} | {"person_sitting": "Person"}},
)
# Sums and differences of sides are rounded here, so that 0.1 + 0.2 is written as 0.3. That is finer
# than float32 for every box wider than a hundredth of a pixel: such boxes come back bit by bit.
_DECIMALS = 9


def read_kitti(path: Path, name: str, info: SequenceInfo | None = None) -> BoxTable:
    """Reads KITTI tracking labels (17 columns) or results (18, the last is the score).

    Args:
        path: The file.
        name: The stream's name.
        info: What is known of the sequence.

    Returns:
        The rows as they stand, frames counted from 1 (KITTI counts from 0), class ids by
        `KITTI_TYPES`, the remaining columns in `extra` by their names: truncated, occluded, alpha,
        height_3d, width_3d, length_3d, x_3d, y_3d, z_3d, rotation_y. A label's score is 1.

    Raises:
        InputError: With file, row, rule and fix.
    """
    columns = read_rows(path, _LAYOUT)
    left, top, right, bottom = (columns[side] for side in _SIDES)
    boxes = np.stack([left, top, right - left, bottom - top], axis=1)
    boxes[:, 2:] = np.round(boxes[:, 2:], _DECIMALS)
    scores = columns.get("score", np.ones(len(left)))
    return BoxTable(
        name,
        columns["frame"] + 1,
        columns["id"],
        boxes,
        np.where(np.isnan(scores), 1.0, scores),
        _classes(columns["type"]),
        {column: columns[column] for column in _UNKNOWN},
        info or SequenceInfo(),
    )


def _classes(types: NDArray[np.str_]) -> NDArray[np.int32]:
    classes = np.zeros(len(types), np.int32)
    for number, kind in enumerate(KITTI_TYPES):
        classes[types == kind] = number
    return classes


def write_kitti(
    path: Path,
    table: BoxTable,
    *,
    types: Mapping[int, str] | None = None,
    drop: Collection[str] = (),
) -> None:
    """Writes KITTI tracking results of 18 columns; what is not known is -1, -10 or -1000.

    Args:
        path: The file; it gets its name when it is whole.
        table: The rows. Boxes wider and higher than 0.01 pixels read back as they were.
        types: The type of each class id; None: `KITTI_TYPES`.
        drop: What the text may lose: "timestamps", "detected" or names of `extra`.

    Raises:
        InputError: A class has no type, or the text has no place for something not in `drop`.
    """
    refuse_loss("KITTI text", table, tuple(_UNKNOWN), drop)
    named = dict(enumerate(KITTI_TYPES)) if types is None else types
    unnamed = sorted(set(table.classes.tolist()) - set(named))
    if unnamed:
        raise InputError(
            f"{table.name}: each class must have a KITTI type, got none for {unnamed[0]}; "
            f"map it to one of {', '.join(KITTI_TYPES)}"
        )
    sides = table.boxes.astype(str).astype(np.float64)  # as their decimals: 0.1, not 0.10000000149
    far = np.round(sides[:, :2] + sides[:, 2:], _DECIMALS)
    columns = [
        [str(frame) for frame in (table.frames - 1).tolist()],
        text_ids(table.ids),
        [named[number] for number in table.classes.tolist()],
        *(_extra(table, name) for name in _LABEL),
        *(text_numbers(column) for column in (*sides[:, :2].T, *far.T)),
        *(_extra(table, name) for name in _SPACE),
        text_numbers(table.scores),
    ]
    write_text(path, columns, " ")


def _extra(table: BoxTable, name: str) -> list[str]:
    if name in table.extra:
        return text_numbers(table.extra[name])
    return [str(_UNKNOWN[name])] * len(table)
