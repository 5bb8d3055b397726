"""MOTChallenge text as a table: tracks and ground truth, and detections where they are converted.

What `streamtrack track` reads detections with is `streamtrack.io.mot`, which needs no table.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

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

# Columns 8 to 10 are world coordinates in detections, class and visibility in ground truth.
EXTRA_COLUMNS = ("column_8", "column_9", "column_10")
_LAYOUT = RowLayout(
    columns=("frame", "id", "left", "top", "width", "height", "score", *EXTRA_COLUMNS),
    required=7,
    separator=",",
    first_frame=1,
)


def read_mot(path: Path, name: str, info: SequenceInfo | None = None) -> BoxTable:
    """Reads MOT text: frame, id, left, top, width, height, score and up to three columns more.

    Args:
        path: The file.
        name: The stream's name.
        info: What the sequence's seqinfo.ini says.

    Returns:
        The rows as they stand, boxes in float64. The score is column 7, which in ground truth says
        whether a row counts. Columns 8 to 10 are `extra["column_8"]` and so on, -1 where a row has
        none, and absent where no row has anything else. Every class is 0.

    Raises:
        InputError: With file, row, rule and fix.
    """
    columns = read_rows(path, _LAYOUT)
    given = {
        column: np.nan_to_num(columns[column], nan=-1.0)
        for column in EXTRA_COLUMNS
        if column in columns
    }
    extra = {column: values for column, values in given.items() if (values != -1).any()}
    return BoxTable(
        name,
        columns["frame"],
        columns["id"],
        np.stack([columns[side] for side in ("left", "top", "width", "height")], axis=1),
        columns["score"],
        np.zeros(len(columns["frame"]), np.int32),
        extra,
        info or SequenceInfo(),
    )


def write_mot(path: Path, table: BoxTable, *, drop: Collection[str] = ()) -> None:
    """Writes MOT text of 10 columns in which every number reads back as it was.

    Args:
        path: The file; it gets its name when it is whole.
        table: The rows.
        drop: What the text may lose: "classes", "timestamps", "detected" or names of `extra`.

    Raises:
        InputError: The text has no place for something that is not in `drop`.
    """
    refuse_loss("MOT text", table, EXTRA_COLUMNS, drop)
    if table.classes.any() and "classes" not in drop:
        raise InputError(
            f"{table.name}: MOT text has no place for classes, got class "
            f"{int(table.classes.max())}; write Parquet, or drop classes"
        )
    numbers = [*table.boxes.T, table.scores]
    columns = [
        [str(frame) for frame in table.frames.tolist()],
        text_ids(table.ids),
        *(text_numbers(column) for column in numbers),
        *(
            text_numbers(table.extra[name]) if name in table.extra else ["-1"] * len(table)
            for name in EXTRA_COLUMNS
        ),
    ]
    write_text(path, columns, ",")
