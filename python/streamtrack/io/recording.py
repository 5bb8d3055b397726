"""A recording of libByteTracker.so (docs/recording.md) as detections of each stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.recording_rows import RecordedFrame, RecordingReader
from streamtrack.io.sequence_info import SequenceInfo


@dataclass
class _Stream:
    """What is known of one stream until now."""

    name: str
    size: tuple[int, int] | None
    frames: list[RecordedFrame] = field(default_factory=list)

    def table(self) -> BoxTable:
        times = np.array([frame.timestamp for frame in self.frames], np.float64)  # None is NaN
        detected = np.array([frame.detected for frame in self.frames], bool)
        counts = [len(frame.scores) for frame in self.frames]
        return BoxTable(
            self.name,
            np.repeat(np.arange(1, len(counts) + 1, dtype=np.int64), counts),
            np.full(sum(counts), NO_ID),
            np.concatenate([np.zeros((0, 4), np.float32), *(f.boxes for f in self.frames)]),
            np.concatenate([np.zeros(0, np.float32), *(f.scores for f in self.frames)]),
            np.concatenate([np.zeros(0, np.int32), *(f.classes for f in self.frames)]),
            {},
            SequenceInfo(frame_count=len(self.frames), size=self.size),
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
    """Reads the detections of one part of a recording; `streamtrack.replay` gives its tracks.

    A stream that was removed and came again starts anew, with a name of its own (`0-2`). A last
    batch that was not written whole is left out.

    Raises:
        InputError: With file, row, rule and fix.
    """
    reader = _TableReader()
    reader.read(path)
    return Recording([stream.table() for stream in reader.streams], reader.notes)


class _TableReader(RecordingReader):
    """Collects the frames of each stream."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: list[_Stream] = []
        self._live: dict[int, _Stream] = {}
        self._size_known: tuple[int, int] | None = None

    def on_size(self, width: int, height: int) -> None:
        self._size_known = (width, height) if width and height else None

    def on_stream(self, stream: int, width: int, height: int) -> None:
        self._begin(stream, (width, height))

    def on_state(self, stream: int, state: bytes) -> None:
        del state
        begun = self._begin(stream, None)
        self.note(
            f"stream {begun.name} was being tracked when this part began; its tracks begin anew"
        )

    def on_remove(self, stream: int) -> None:
        self._live.pop(stream, None)

    def on_change(self) -> None:
        self.note(f"row {self._row}: the configuration was changed here")

    def on_batch(self, last_id: int, frames: list[RecordedFrame]) -> None:
        del last_id
        for frame in frames:
            stream = self._live.get(frame.stream) or self._begin(frame.stream, None)
            stream.frames.append(frame)

    def _begin(self, stream_id: int, size: tuple[int, int] | None) -> _Stream:
        stream = _Stream(self.begin_name(stream_id), self._size_known or size)
        self._live[stream_id] = stream
        self.streams.append(stream)
        return stream
