"""The rows of a recording of libByteTracker.so (docs/recording.md), checked and grouped."""

from __future__ import annotations

import base64
import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.source import InputError

_FIRST = "streamtrack recording"
_VERSION = "1"
_SURFACE_BITS = 32
_LAST_STREAM = 2**64 - 1
_LAST_ID = 2**64 - 2**32 - 1  # as in a state: new ones can follow
_LAST_OF_32_BITS = 2**32 - 1
_MOST_DIGITS = 20  # of 2^64 - 1
_LARGEST = float(np.finfo(np.float32).max)
# Rows that say nothing of detections, with the number of their fields.
_PASSED_OVER = {"host": 1, "context": 2, "written": 1}


@dataclass
class RecordedFrame:
    """One frame of one stream.

    Attributes:
        stream: DeepStream's stream id.
        number: The host's frame number.
        timestamp: Seconds; None where the host gave none.
        detected: Whether the detector looked at the frame.
        places: Places in the host's output array where that cut the report, else None.
        boxes: Shape (N, 4), float32: left, top, width, height in the tracker's coordinates.
        scores: Shape (N,), float32.
        classes: Shape (N,), int32.
    """

    stream: int
    number: int
    timestamp: float | None
    detected: bool
    places: int | None
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int32]


def plain_name(stream: int) -> str:
    """A stream's name: its pad index, and the surface where it is not the first."""
    pad, surface = stream >> _SURFACE_BITS, stream & (2**_SURFACE_BITS - 1)
    return f"{pad}.{surface}" if surface else str(pad)


class RecordingReader:
    """Goes through the parts of a recording; subclasses say what follows from each row.

    What belongs to a batch is handed over once the batch is whole: a last one that was not written
    whole is left out, with a note.

    Attributes:
        notes: What the recording cannot give, one line each.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._path = Path()
        self._row = 0
        self._begun: Counter[str] = Counter()
        self._kinds: dict[str, Callable[[list[str]], None]] = {
            "tracker_size": self._size,
            "config": self._config,
            "ids": lambda fields: self.on_ids(*self._whole(fields, _LAST_ID)),
            "stream": lambda fields: self.on_stream(
                *self._whole(fields, _LAST_STREAM, _LAST_OF_32_BITS, _LAST_OF_32_BITS)
            ),
            "state": self._state,
            "prefix": lambda fields: self.on_prefix(
                *self._whole(fields, _LAST_STREAM, _LAST_OF_32_BITS)
            ),
            "gap": lambda fields: self._gap(*self._whole(fields, _LAST_ID)),
            "remove": lambda fields: self.on_remove(*self._whole(fields, _LAST_STREAM)),
            "change": lambda fields: self.on_change(*self._whole(fields)),
        }

    def on_head(self) -> None:
        """A part begins."""

    def on_size(self, width: int, height: int) -> None:
        """The size of the tracker's coordinates, 0 where it is not known."""

    def on_config(self, layer: str, section: str, key: str, value: str) -> None:
        """What the configuration said."""

    def on_ids(self, last: int) -> None:
        """The last id that was given before this part."""

    def on_stream(self, stream: int, width: int, height: int) -> None:
        """A stream begins."""

    def on_state(self, stream: int, state: bytes) -> None:
        """A stream's tracks as they were."""

    def on_prefix(self, stream: int, prefix: int) -> None:
        """The upper half of the ids that a stream gives from here on."""

    def on_remove(self, stream: int) -> None:
        """A stream ended."""

    def on_change(self) -> None:
        """The configuration is replaced by the `config` rows that follow."""

    def on_batch(self, last_id: int, frames: list[RecordedFrame]) -> None:
        """Frames that were tracked together, after the last id that was given before."""

    def read(self, path: Path) -> None:
        """Reads one part.

        Raises:
            InputError: With file, row, rule and fix.
        """
        self._path, self._row = path, 0
        try:
            with path.open(encoding="utf-8", newline="") as file:
                self._read(csv.reader(_whole_lines(file), strict=True))
        except OSError as error:
            raise InputError(
                f"{path}: it must be a readable file, got: {error.strerror}; check the path"
            ) from None
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(
                f"{path}, row {self._row + 1}: rows must be text with commas, got: {error}; "
                "it is no recording, or damaged"
            ) from None

    def begin_name(self, stream: int) -> str:
        """The name of a stream that begins; one that comes again gets its own (`0-2`)."""
        plain = plain_name(stream)
        self._begun[plain] += 1
        times = self._begun[plain]
        return plain if times == 1 else f"{plain}-{times}"

    def note(self, text: str) -> None:
        """Adds a line to the notes, with the file's name."""
        self.notes.append(f"{self._path}: {text}")

    def _read(self, rows: Iterator[list[str]]) -> None:
        head = self._next(rows)
        if head is None:
            self.note("nothing of it was written before the process ended")
            return
        if head[:2] != [_FIRST, _VERSION]:
            self.fail(f"a recording must begin with {_FIRST},{_VERSION}", head)
        self.on_head()
        while (fields := self._next(rows)) is not None:
            kind, *rest = fields
            if kind == "batch":
                if not self._batch(rows, rest):
                    self.note("the last batch was not written whole and is left out")
                    return
            elif kind in self._kinds:
                self._kinds[kind](rest)
            elif len(rest) != _PASSED_OVER.get(kind, -1):
                self.fail("a row must be one that docs/recording.md names", fields)

    def _next(self, rows: Iterator[list[str]]) -> list[str] | None:
        fields = next(rows, None)
        self._row += 1
        if fields is not None and not fields:
            self.fail("a row must begin with a word", fields)
        return fields

    def fail(self, rule: str, fields: list[str]) -> NoReturn:
        """Refuses the present row."""
        got = ",".join(fields)[:60] or "nothing"
        raise InputError(
            f"{self._path}, row {self._row}: {rule}, got {got!r}; it is no recording of this "
            "format, or damaged"
        )

    def _numbers(self, fields: list[str], count: int) -> list[float]:
        """The fields as numbers, NaN where one is empty."""
        try:
            numbers = [float(value) if value else np.nan for value in fields]
        except ValueError:
            numbers = []
        if len(numbers) != count or not all(np.isfinite(x) or np.isnan(x) for x in numbers):
            self.fail(f"there must be {count} numbers behind the first field", fields)
        return numbers

    def _whole(self, fields: list[str], *largest: int) -> list[int]:
        """The fields as whole numbers up to these, which may be too large for floats."""
        if len(fields) != len(largest) or not all(
            field.isdecimal() and len(field) <= _MOST_DIGITS for field in fields
        ):
            self.fail(f"there must be {len(largest)} whole numbers behind the first field", fields)
        numbers = [int(field) for field in fields]
        for number, most in zip(numbers, largest, strict=True):
            if number > most:
                self.fail(f"{number} must be at most {most}", fields)
        return numbers

    def _size(self, fields: list[str]) -> None:
        width, height = self._whole(fields, _LAST_OF_32_BITS, _LAST_OF_32_BITS)
        self.on_size(width, height)

    def _config(self, fields: list[str]) -> None:
        if len(fields) != 4:
            self.fail("config must have layer, section, key and value", fields)
        self.on_config(*fields)

    def _state(self, fields: list[str]) -> None:
        (stream,) = self._whole(fields[:1], _LAST_STREAM)
        try:
            state = base64.b64decode("".join(fields[1:]), validate=True)
        except ValueError:  # of what base64 cannot be, and of letters outside ASCII
            self.fail("a state must be base64", fields)
        self.on_state(stream, state)

    def _gap(self, missing: int) -> None:
        self.note(f"{missing} frames before this part are missing")

    def _batch(self, rows: Iterator[list[str]], fields: list[str]) -> bool:
        """Hands over the frames of a batch; False where the file ends within it."""
        last_id, count = self._whole(fields, _LAST_ID, _LAST_OF_32_BITS)
        frames = []
        for _ in range(count):
            head = self._next(rows)
            if head is None:
                return False
            if head[0] != "frame":
                self.fail("a batch must be followed by its frames", head)
            frame = self._frame(rows, head[1:])
            if frame is None:
                return False
            frames.append(frame)
        self.on_batch(last_id, frames)
        return True

    def _frame(self, rows: Iterator[list[str]], fields: list[str]) -> RecordedFrame | None:
        """A frame with its objects; None where the file ends before them."""
        time = self._numbers(fields, 7)[2]
        largest = (_LAST_STREAM, _LAST_OF_32_BITS, 1, _LAST_OF_32_BITS)
        stream, number, detected, count = self._whole(fields[:2] + fields[3:5], *largest)
        places = self._whole(fields[6:], _LAST_OF_32_BITS)[0] if fields[6] else None
        objects = []
        for _ in range(count):
            row = self._next(rows)
            if row is None:
                return None
            if row[0] != "object":
                self.fail("a frame must be followed by its objects", row)
            objects.append(self._object(row))
        table = np.array(objects, np.float64).reshape(-1, 6)
        return RecordedFrame(
            stream,
            number,
            None if np.isnan(time) else time,
            bool(detected),
            places,
            np.ascontiguousarray(table[:, 2:], np.float32),
            np.ascontiguousarray(table[:, 1], np.float32),
            np.ascontiguousarray(table[:, 0], np.int32),
        )

    def _object(self, row: list[str]) -> list[float]:
        """Class, score, left, top, width and height, as the library's arrays hold them."""
        numbers = self._numbers(row[1:], 6)
        if not all(abs(number) <= _LARGEST for number in numbers) or not 0 <= numbers[0] < 2**31:
            self.fail("an object must have a class id and five numbers that a float32 holds", row)
        return numbers


def _whole_lines(file: TextIO) -> Iterator[str]:
    """The lines that have an end: what was being written when the process ended has none."""
    return (line for line in file if line.endswith("\n"))
