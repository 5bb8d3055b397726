"""MOTChallenge text: detections in, tracks out, a window of the file in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import RowError, read_mot_rows, write_mot_rows
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import DetectedFrame, InputError
from streamtrack.io.whole_file import part_of

_WINDOW_BYTES = 1 << 18
_BUFFER_BYTES = 1 << 18

Rows = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


class MotDetections:
    """Detections of one stream in a det.txt: frame, id, left, top, width, height, score, ...

    Frames count from 1; the id and the columns after the score are not read; every detection has
    class 0. The whole file is checked at once, so that a broken row shows before anything is
    tracked. A file whose rows stand in order of their frames (as detectors write them) is read
    through a window of 256 KB; one whose rows do not is sorted in memory, keeping the order within
    a frame.

    Args:
        path: The file.
        name: The stream's name.
        info: What the sequence's seqinfo.ini says: rows of frames behind its length are left out,
            with a note.

    Raises:
        InputError: The file cannot be read, or a row is no detection.
    """

    def __init__(self, path: Path, name: str, info: SequenceInfo | None = None) -> None:
        info = info or SequenceInfo()
        self.path = path
        self.name = name
        self.frame_rate = info.frame_rate
        self.size = info.size
        self.notes: list[str] = []
        self._survey()
        self.frame_count = self._last_frame if info.frame_count is None else info.frame_count
        if self.rows == 0:
            self.notes.append(f"{path}: there are no detections in this file")
        if self._last_frame > self.frame_count:
            self.notes.append(
                f"{path}: rows up to frame {self._last_frame} stand behind seqLength "
                f"{self.frame_count} of seqinfo.ini and are left out"
            )

    def _survey(self) -> None:
        """Checks every row and finds the last frame and whether the rows stand in order."""
        self.rows, self._last_frame, self._ordered = 0, 0, True
        previous = 0
        for frames, _, _ in self._windows():
            self.rows += len(frames)
            self._last_frame = max(self._last_frame, int(frames.max()))
            self._ordered &= bool(frames[0] >= previous and np.all(frames[1:] >= frames[:-1]))
            previous = int(frames[-1])

    def _windows(self) -> Iterator[Rows]:
        """Gives the file's rows, some thousand at a time; the file is not held open between."""
        offset, line, rest = 0, 1, b""
        while True:
            text = rest + self._read(offset + len(rest))
            last = len(text) - len(rest) < _WINDOW_BYTES
            try:
                frames, boxes, scores, used, lines = read_mot_rows(text, 0, line, last)
            except RowError as error:
                raise InputError(f"{self.path}, {error}") from None
            if len(frames):
                yield frames, boxes, scores
            if last:
                return
            if not used and len(text) > _WINDOW_BYTES:
                raise InputError(
                    f"{self.path}, row {line}: a row must be shorter than {_WINDOW_BYTES} bytes, "
                    "got no end of line; give MOT text"
                )
            offset, line, rest = offset + used, line + lines, text[used:]

    def _read(self, offset: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                return file.read(_WINDOW_BYTES)
        except OSError as error:
            raise InputError(
                f"{self.path}: it must be a readable file, got: {error.strerror}; check the path"
            ) from None

    def _sorted(self) -> Iterator[Rows]:
        frames, boxes, scores = _joined(list(self._windows()))
        order = np.argsort(frames, kind="stable")
        yield frames[order], boxes[order], scores[order]

    def _groups(self) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float32]]]:
        """Gives each frame that has rows: its number, boxes and scores."""
        held: Rows | None = None  # the last frame of a window may go on in the next
        for window in self._windows() if self._ordered else self._sorted():
            frames, boxes, scores = window if held is None else _joined([held, window])
            starts = [0, *(np.flatnonzero(frames[1:] != frames[:-1]) + 1).tolist()]
            for start, end in pairwise(starts):
                yield int(frames[start]), boxes[start:end], scores[start:end]
            begin = starts[-1]
            held = frames[begin:], boxes[begin:], scores[begin:]
        if held is not None:
            yield int(held[0][0]), held[1], held[2]

    def frames(self) -> Iterator[DetectedFrame]:
        """Gives the frames in order, 1 to `frame_count`, empty ones included."""
        empty = DetectedFrame(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
        number = 1
        for frame, boxes, scores in self._groups():
            if frame > self.frame_count:
                break
            for _ in range(number, frame):
                yield empty
            yield DetectedFrame(boxes, scores)
            number = frame + 1
        for _ in range(number, self.frame_count + 1):
            yield empty


def _joined(windows: Sequence[Rows]) -> Rows:
    frames, boxes, scores = zip(*windows, strict=True)
    return np.concatenate(frames), np.concatenate(boxes), np.concatenate(scores)


class MotWriter:
    """Writes one stream's tracks as MOT text: 10 columns, 4 decimals.

    The file gets its name when it is whole, at `close`; until then it is called NAME.part.

    Args:
        path: The file.
        longest_wait: Seconds that rows may wait in memory while frames come: what a process that is
            killed loses. Without it they wait until there are 256 KB of them.
    """

    def __init__(self, path: Path, longest_wait: float = math.inf) -> None:
        self.path = path
        self._part = part_of(path)
        self._part.write_bytes(b"")
        self._chunks: list[bytes] = []
        self._size = 0
        self._longest_wait, self._flushed = longest_wait, time.monotonic()

    def add(
        self,
        frame: int,
        ids: NDArray[np.uint64],
        boxes: NDArray[np.float32],
        scores: NDArray[np.float32],
    ) -> None:
        """Writes one frame's tracks.

        Args:
            frame: The frame's number, from 1.
            ids: Shape (M,), uint64.
            boxes: Left, top, width, height, shape (M, 4), float32, contiguous.
            scores: Shape (M,), float32.
        """
        if len(ids):
            text = write_mot_rows(frame, ids, boxes, scores)
            self._chunks.append(text)
            self._size += len(text)
        if self._size and (self._size >= _BUFFER_BYTES or self._waited()):
            self._flush()

    def _waited(self) -> bool:
        return time.monotonic() - self._flushed >= self._longest_wait

    def _flush(self) -> None:
        # Opened anew each time: a thousand streams at once must not need a thousand open files.
        with self._part.open("ab") as file:
            file.write(b"".join(self._chunks))
        self._chunks.clear()
        self._size, self._flushed = 0, time.monotonic()

    def close(self) -> None:
        """Writes what is left and gives the file its name."""
        self._flush()
        self._part.replace(self.path)

    def discard(self) -> None:
        """Removes what was written."""
        self._part.unlink(missing_ok=True)
