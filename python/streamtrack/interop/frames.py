"""pandas and Polars: a row is a track in a frame.

Boxes stand in the columns x1, y1, x2, y2 or left, top, width, height, as the tracker's
`box_format` says; the other columns are named as in the project's Parquet files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import Tracks
from streamtrack.interop.libraries import library

BoxFormat = Literal["xyxy", "ltwh"]
SIDES = {"xyxy": ("x1", "y1", "x2", "y2"), "ltwh": ("left", "top", "width", "height")}


class FrameTracks(NamedTuple):
    """One frame's tracks, and which frame of which stream it is."""

    stream: str
    frame: int
    tracks: Tracks


def to_pandas(frames: Iterable[FrameTracks], box_format: BoxFormat = "xyxy") -> Any:
    """A pandas DataFrame of the tracks of any number of frames and streams.

    Examples:
        >>> import streamtrack as st
        >>> tracker = st.Tracker()
        >>> seen = [FrameTracks("gate", n, tracker.update([[9, 9, 30, 60]], [0.9])) for n in (1, 2)]
        >>> to_pandas(seen)[["stream", "frame", "x1", "score"]].values.tolist()
        [['gate', 1, 9.0, 0.8999999761581421], ['gate', 2, 9.0, 0.8999999761581421]]
    """
    return library("pandas", "to_pandas").DataFrame(_columns(frames, box_format))


def to_polars(frames: Iterable[FrameTracks], box_format: BoxFormat = "xyxy") -> Any:
    """A Polars DataFrame of the tracks of any number of frames and streams."""
    return library("polars", "to_polars").DataFrame(_columns(frames, box_format))


def arrays_of(
    rows: Any, box_format: BoxFormat = "xyxy"
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64] | None]:
    """Boxes, scores and classes of one frame's rows, as trackers take them.

    Args:
        rows: A pandas or Polars DataFrame with the box's columns in either format, `score` and,
            if there are classes, `class`.
        box_format: The tracker's.

    Raises:
        ValueError: A column is missing.

    Examples:
        >>> import pandas
        >>> import streamtrack as st
        >>> table = {"frame": [1], "x1": [9], "y1": [9], "x2": [30], "y2": [60], "score": [0.9]}
        >>> tracker = st.Tracker()
        >>> for frame, rows in pandas.DataFrame(table).groupby("frame"):
        ...     print(frame, tracker.update(*arrays_of(rows)).boxes.tolist())
        1 [[9.0, 9.0, 30.0, 60.0]]
    """
    names = set(rows.columns)
    given = next((key for key, sides in SIDES.items() if names.issuperset(sides)), None)
    if given is None or "score" not in names:
        raise ValueError(
            "rows must have score and x1, y1, x2, y2 or left, top, width, height, got "
            f"{', '.join(sorted(names))}; rename the columns"
        )
    boxes = np.stack([_numbers(rows, side) for side in SIDES[given]], axis=1)
    if given != box_format:
        boxes[:, 2:] += boxes[:, :2] if given == "ltwh" else -boxes[:, :2]
    classes = _numbers(rows, "class").astype(np.int64) if "class" in names else None
    return boxes.astype(np.float32), _numbers(rows, "score").astype(np.float32), classes


def _numbers(rows: Any, name: str) -> NDArray[np.float64]:
    return np.asarray(rows[name].to_numpy(), np.float64)


def _columns(frames: Iterable[FrameTracks], box_format: BoxFormat) -> dict[str, Any]:
    found = list(frames)
    counts = [len(frame.tracks) for frame in found]
    boxes = _joined([frame.tracks.boxes for frame in found], np.zeros((0, 4), np.float32))
    numbers = np.array([frame.frame for frame in found], np.int64)
    return {
        "stream": [f.stream for f, count in zip(found, counts, strict=True) for _ in range(count)],
        "frame": np.repeat(numbers, counts),
        "id": _joined([frame.tracks.ids for frame in found], np.zeros(0, np.uint64)),
        **{side: boxes[:, place] for place, side in enumerate(SIDES[box_format])},
        "score": _joined([frame.tracks.scores for frame in found], np.zeros(0, np.float32)),
        "class": _joined([frame.tracks.classes for frame in found], np.zeros(0, np.int32)),
        "detection_index": _joined(
            [frame.tracks.detection_index for frame in found], np.zeros(0, np.int32)
        ),
    }


def _joined(arrays: list[NDArray[Any]], nothing: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([nothing, *arrays])
