"""Plays recordings of libByteTracker.so again: the very tracks that the pipeline had."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import (
    ConfigError,
    Layer,
    LayeredConfig,
    ReplayTracker,
    Tracks,
    advance_ids,
    last_id,
)
from streamtrack.arrays import as_arrays
from streamtrack.io.recording_rows import RecordedFrame, RecordingReader, plain_name
from streamtrack.io.source import DetectedFrame
from streamtrack.offline import Progress, RunSummary, StreamOutput, output_folder


def replay(
    recordings: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
) -> tuple[RunSummary, list[str]]:
    """Plays the parts of a recording in the order given and writes `output/<stream>.txt`.

    The configuration, the ids and the state at the beginning are the recording's own, so the
    tracks are byte for byte those that the host got. A stream's frames count from 1; it is named by
    its pad index, and one that was removed and came again has a name of its own (`0-2`).

    Args:
        recordings: Parts (.csv) as docs/recording.md names them.
        output: The folder to write to; made if it is missing.
        progress: Called after every batch with the number of frames that it held.

    Returns:
        What happened, and what the recording cannot give, one line each.

    Raises:
        InputError: A part is no recording, or the folder cannot be written.
    """
    with ExitStack() as unwritten:
        player = _Player(output_folder(output), unwritten, progress)
        for path in recordings:
            player.read(Path(path))
        for stream in player.streams:
            stream.output.close()
    summary = RunSummary([stream.output.summary for stream in player.streams], player.seconds)
    return summary, player.notes


class _Stream:
    """One stream under way."""

    def __init__(self, output: StreamOutput) -> None:
        self.output = output
        self.frames = 0


class _Player(RecordingReader):
    """Does what each row says."""

    def __init__(self, folder: Path, unwritten: ExitStack, progress: Progress | None) -> None:
        super().__init__()
        self.streams: list[_Stream] = []
        self.seconds = 0.0
        self._folder = folder
        self._unwritten = unwritten
        self._progress = progress
        self._live: dict[int, _Stream] = {}
        self._layers = LayeredConfig()
        self._tracker: ReplayTracker | None = None
        self._changed = False

    def on_head(self) -> None:
        self._layers, self._tracker, self._changed = LayeredConfig(), None, False

    def on_config(self, layer: str, section: str, key: str, value: str) -> None:
        if key == "max_idle_frames":
            return  # `remove` rows say when a stream went
        try:
            self._layers.set(Layer[layer], section, key, value)
        except (ConfigError, KeyError) as error:
            self.fail(f"the configuration must be this version's ({error})", [key, value])

    def on_change(self) -> None:
        self._layers, self._changed = LayeredConfig(), True

    def on_ids(self, last: int) -> None:
        if last_id() > last:
            self.note("this process gave ids before: the ids are the recording's up to renaming")
        advance_ids(last)

    def on_stream(self, stream: int, width: int, height: int) -> None:
        del width, height
        self._ready().begin(stream)
        self._begin(stream)

    def on_state(self, stream: int, state: bytes) -> None:
        try:
            self._ready().restore(stream, state)
        except ValueError as error:
            self.fail(str(error), [plain_name(stream)])
        if stream not in self._live:
            self._begin(stream)

    def on_prefix(self, stream: int, prefix: int) -> None:
        self._ready().set_id_prefix(stream, prefix)

    def on_remove(self, stream: int) -> None:
        self._ready().remove(stream)
        self._live.pop(stream, None)

    def on_batch(self, last_id: int, frames: list[RecordedFrame]) -> None:
        tracker = self._ready()
        advance_ids(last_id)
        given = [
            (f.stream, f.boxes, f.scores, f.classes, f.detected, f.timestamp, f.number)
            for f in frames
        ]
        start = time.perf_counter()
        try:
            tracked = tracker.update(given)
        except ValueError as error:
            streams = [plain_name(f.stream) for f in frames]
            self.fail(f"the batch that ends here must be detections ({error})", streams)
        self.seconds += time.perf_counter() - start
        for frame, tracks in zip(frames, tracked, strict=True):
            stream = self._live.get(frame.stream) or self._begin(frame.stream)
            stream.frames += 1
            detected = DetectedFrame(frame.boxes, frame.scores, frame.classes)
            stream.output.take(stream.frames, detected, _Handed(tracks, frame.places))
        if self._progress:
            self._progress(len(frames))

    def _ready(self) -> ReplayTracker:
        """The tracker, with the configuration that the rows until now said."""
        if self._tracker is None:
            self._tracker = ReplayTracker(self._layers, as_arrays)
        elif self._changed:
            self._tracker.change(self._layers)
        self._changed = False
        return self._tracker

    def _begin(self, stream_id: int) -> _Stream:
        output = StreamOutput(self.begin_name(stream_id), self._folder)
        self._unwritten.callback(output.discard)
        stream = _Stream(output)
        self._live[stream_id] = stream
        self.streams.append(stream)
        return stream


class _Handed:
    """The tracks that found a place in the host's array: those with a detection first."""

    def __init__(self, tracks: Tracks, places: int | None) -> None:
        rows = np.arange(len(tracks))
        if places is not None and len(tracks) > places:
            rows = np.argsort(tracks.detection_index < 0, kind="stable")[:places]
        self.ids: NDArray[np.uint64] = tracks.ids[rows]
        self.boxes: NDArray[np.float32] = tracks.boxes[rows]
        self.scores: NDArray[np.float32] = tracks.scores[rows]
        self.classes: NDArray[np.int32] = tracks.classes[rows]
        self.detection_index: NDArray[np.int32] = tracks.detection_index[rows]
