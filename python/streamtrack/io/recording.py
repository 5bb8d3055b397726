"""Reads what libByteTracker.so recorded (docs/recording.md), as detections of each stream."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import InputError

_FIRST = "streamtrack recording"
_VERSION = "1"
_SURFACE_BITS = 32
# Rows that say nothing of detections, with the number of their fields.
_PASSED_OVER = {"host": 1, "context": 2, "written": 1, "config": 4, "ids": 1, "prefix": 2}


@dataclass
class _Stream:
    """What is known of one stream until now."""

    name: str
    size: tuple[int, int] | None
    times: list[float] = field(default_factory=list)
    detected: list[bool] = field(default_factory=list)
    rows: list[tuple[int, tuple[float, ...]]] = field(default_factory=list)  # frame, object

    def table(self) -> BoxTable:
        count = len(self.rows)
        numbers = np.array([row for _, row in self.rows], np.float64).reshape(count, 6)
        times = np.array(self.times, np.float64)
        detected = np.array(self.detected, bool)
        return BoxTable(
            self.name,
            np.array([frame for frame, _ in self.rows], np.int64),
            np.full(count, NO_ID),
            numbers[:, 2:].astype(np.float32),
            numbers[:, 1].astype(np.float32),
            numbers[:, 0].astype(np.int32),
            {},
            SequenceInfo(frame_count=len(self.times), size=self.size),
            None if np.isnan(times).all() else times,
            None if detected.all() else detected,
        )


@dataclass
class Recording:
    """The streams of a recording.

    Attributes:
        tables: Detections, times and skipped frames of each stream, named by its pad index as
            `streams:` in the configuration names it; boxes in the tracker's coordinates.
        notes: What the recording cannot give, one line each.
    """

    tables: list[BoxTable]
    notes: list[str]


def read_recording(path: Path) -> Recording:
    """Reads one part of a recording.

    A stream that was removed and came again starts anew, with a name of its own (`0-2`). A last
    batch that was not written whole is left out.

    Raises:
        InputError: With file, row, rule and fix.
    """
    reader = _Reader(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader.read(csv.reader(_whole_lines(file), strict=True))
    except OSError as error:
        raise InputError(
            f"{path}: it must be a readable file, got: {error.strerror}; check the path"
        ) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}, row {reader.row + 1}: rows must be text with commas, got: {error}; "
            "it is no recording, or damaged"
        ) from None
    return Recording([stream.table() for stream in reader.streams], reader.notes)


class _Reader:
    """Goes through the rows; what belongs to a batch is kept once the batch is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._live: dict[int, _Stream] = {}
        self._size: tuple[int, int] | None = None
        self.row = 0
        self.streams: list[_Stream] = []
        self.notes: list[str] = []
        self._kinds: dict[str, Callable[[list[str]], None]] = {
            "tracker_size": self._take_size,
            "stream": self._take_stream,
            "state": self._take_state,
            "gap": self._take_gap,
            "remove": self._take_remove,
            "change": self._take_change,
        }

    def read(self, rows: Iterator[list[str]]) -> None:
        head = self._next(rows)
        if head is None or head[:2] != [_FIRST, _VERSION]:
            self._fail(f"a recording must begin with {_FIRST},{_VERSION}", head or [])
        while (fields := self._next(rows)) is not None:
            kind, *rest = fields
            if kind == "batch":
                if not self._take_batch(rows, rest):
                    self.notes.append(
                        f"{self._path}: the last batch was not written whole and is left out"
                    )
                    return
            elif kind in self._kinds:
                self._kinds[kind](rest)
            elif len(rest) != _PASSED_OVER.get(kind, -1):
                self._fail("a row must be one that docs/recording.md names", fields)

    def _next(self, rows: Iterator[list[str]]) -> list[str] | None:
        fields = next(rows, None)
        self.row += 1
        return fields

    def _fail(self, rule: str, fields: list[str]) -> None:
        got = ",".join(fields)[:60] or "nothing"
        raise InputError(
            f"{self._path}, row {self.row}: {rule}, got {got!r}; it is no recording of this "
            "format, or damaged"
        )

    def _numbers(self, fields: list[str], count: int) -> list[float]:
        """The fields as numbers, NaN where one is empty."""
        try:
            numbers = [float(value) if value else np.nan for value in fields]
        except ValueError:
            numbers = []
        if len(numbers) != count or not all(np.isfinite(x) or np.isnan(x) for x in numbers):
            self._fail(f"there must be {count} numbers behind the first field", fields)
        return numbers

    def _take_size(self, fields: list[str]) -> None:
        width, height = (int(number) for number in self._numbers(fields, 2))
        self._size = (width, height) if width and height else None

    def _take_stream(self, fields: list[str]) -> None:
        self._numbers(fields, 3)
        self._begin(int(fields[0]), (int(fields[1]), int(fields[2])))

    def _take_state(self, fields: list[str]) -> None:
        self._numbers(fields[:1], 1)
        stream = self._begin(int(fields[0]), None)
        self.notes.append(
            f"{self._path}: stream {stream.name} was being tracked when this part began; "
            "its tracks begin anew"
        )

    def _take_gap(self, fields: list[str]) -> None:
        (missing,) = self._numbers(fields, 1)
        self.notes.append(f"{self._path}: {missing:.0f} frames before this part are missing")

    def _take_remove(self, fields: list[str]) -> None:
        self._numbers(fields, 1)
        self._live.pop(int(fields[0]), None)

    def _take_change(self, fields: list[str]) -> None:
        del fields
        self.notes.append(f"{self._path}, row {self.row}: the configuration was changed here")

    def _begin(self, stream_id: int, size: tuple[int, int] | None) -> _Stream:
        pad, surface = stream_id >> _SURFACE_BITS, stream_id & (2**_SURFACE_BITS - 1)
        plain = f"{pad}.{surface}" if surface else str(pad)
        again = sum(stream.name.split("-")[0] == plain for stream in self.streams)
        stream = _Stream(f"{plain}-{again + 1}" if again else plain, self._size or size)
        self._live[stream_id] = stream
        self.streams.append(stream)
        return stream

    def _take_batch(self, rows: Iterator[list[str]], fields: list[str]) -> bool:
        """Takes the frames of a batch; False where the file ends within it."""
        _, count = self._numbers(fields, 2)
        frames = []
        for _ in range(int(count)):
            frame = self._next(rows)
            if frame is None:
                return False
            if frame[0] != "frame":
                self._fail("a batch must be followed by its frames", frame)
            numbers = self._numbers(frame[1:], 7)
            objects = self._objects(rows, int(numbers[4]))
            if objects is None:
                return False
            frames.append((int(frame[1]), numbers, objects))
        for stream_id, numbers, objects in frames:
            stream = self._live.get(stream_id) or self._begin(stream_id, None)
            stream.times.append(numbers[2])
            stream.detected.append(bool(numbers[3]))
            number = len(stream.times)
            stream.rows += [(number, row) for row in objects]
        return True

    def _objects(self, rows: Iterator[list[str]], count: int) -> list[tuple[float, ...]] | None:
        """The objects of a frame; None where the file ends before them."""
        objects = []
        for _ in range(count):
            row = self._next(rows)
            if row is None:
                return None
            if row[0] != "object":
                self._fail("a frame must be followed by its objects", row)
            objects.append(tuple(self._numbers(row[1:], 6)))
        return objects


def _whole_lines(file: TextIO) -> Iterator[str]:
    """The lines that have an end: what was being written when the process ended has none."""
    return (line for line in file if line.endswith("\n"))
