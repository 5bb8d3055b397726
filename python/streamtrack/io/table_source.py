"""A table as a stream of detections that `streamtrack track` takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from streamtrack._core import refused_row
from streamtrack.io.box_table import BoxTable
from streamtrack.io.parquet_streams import row_of_box
from streamtrack.io.source import DetectedFrame, InputError
from streamtrack.io.tables import is_recording


class TableDetections:
    """Detections of one stream from a file that was read as a table; ids in it are not used.

    Args:
        path: The file.
        table: One stream of it.

    Raises:
        InputError: A row is no detection.
    """

    def __init__(self, path: Path, table: BoxTable) -> None:
        given = table
        table = table.in_frame_order()
        self.path, self.name = path, table.name
        self.frame_rate = table.info.frame_rate
        self.frame_count = table.frame_count
        self.size = table.info.size
        self.notes = [] if len(table) else [f"{path}: there are no detections of {table.name}"]
        self._table = table
        self._boxes = np.ascontiguousarray(table.boxes, np.float32)
        self._scores = np.ascontiguousarray(table.scores, np.float32)
        refused = refused_row(self._boxes, self._scores)
        if refused is not None:
            row, reason = refused
            place = int(np.argsort(given.frames, kind="stable")[row])
            where = f"{path}{_row_in_file(path, table.name, place)}, frame {table.frames[row]}"
            raise InputError(f"{where} of {table.name}: {reason}; mend or remove the row")

    def frames(self) -> Iterator[DetectedFrame]:
        """Gives the frames in order, 1 to `frame_count`, empty ones included."""
        table = self._table
        ends = np.searchsorted(table.frames, np.arange(self.frame_count + 1), side="right")
        for number in range(1, self.frame_count + 1):
            rows = slice(int(ends[number - 1]), int(ends[number]))
            time = np.nan if table.timestamps is None else float(table.timestamps[number - 1])
            yield DetectedFrame(
                self._boxes[rows],
                self._scores[rows],
                table.classes[rows],
                table.detected is None or bool(table.detected[number - 1]),
                None if np.isnan(time) else time,
            )


def _row_in_file(path: Path, stream: str, place: int) -> str:
    """Which row of the file a stream's row is, as it stands in a message."""
    if is_recording(path):  # its boxes are rows among others
        return ""
    if path.suffix == ".parquet":
        return f", row {row_of_box(path, stream, place)}"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return f", row {[number for number, line in enumerate(lines, 1) if line.strip()][place]}"
