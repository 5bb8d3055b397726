"""Tracks recorded detections: many inputs at once, frame by frame, as live cameras come."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streamtrack.config import Config
from streamtrack.io.mot import MotWriter
from streamtrack.io.source import DetectedFrame, InputError, NamedStream, Source
from streamtrack.io.stream_files import refuse_overwriting, stream_file
from streamtrack.tracker import MultiStreamTracker


class TrackedFrame(Protocol):
    """What is written of one frame: columns of equal length, boxes as left, top, width, height."""

    @property
    def ids(self) -> NDArray[np.uint64]:
        """Shape (M,)."""

    @property
    def boxes(self) -> NDArray[np.float32]:
        """Shape (M, 4), contiguous."""

    @property
    def scores(self) -> NDArray[np.float32]:
        """Shape (M,)."""

    @property
    def classes(self) -> NDArray[np.signedinteger[Any]]:
        """Shape (M,)."""

    @property
    def detection_index(self) -> NDArray[np.signedinteger[Any]]:
        """Shape (M,); -1 where no detection matched."""


# Tracks one frame each of several streams: (frame number, name -> detections) -> name -> tracks.
Step = Callable[[int, Mapping[str, DetectedFrame]], Mapping[str, TrackedFrame]]
# Opens what tracks, for streams with a configuration, and closes it at the end.
Engine = Callable[[Config, Sequence[NamedStream]], AbstractContextManager[Step]]
# Called after every batch with the number of frames that it held.
Progress = Callable[[int], None]

_LAST_PREFIX = 2**32 - 1


@dataclass
class StreamSummary:
    """What happened in one stream."""

    name: str
    path: Path
    frames: int = 0
    detections: int = 0
    boxes: int = 0
    ids: set[int] = field(default_factory=set)

    @property
    def tracks(self) -> int:
        """How many tracks were reported."""
        return len(self.ids)


@dataclass
class RunSummary:
    """What happened in a run; `seconds` is the time spent in tracking, without files."""

    streams: list[StreamSummary]
    seconds: float = 0.0


def with_sequence_rates(config: Config, sources: Sequence[Source]) -> Config:
    """Returns the configuration with the frame rates that the sources' own files give."""
    for source in sources:
        if source.frame_rate is not None:
            config = config.with_frame_rate(source.name, source.frame_rate)
    return config


def track_sources(
    sources: Sequence[Source],
    output: str | os.PathLike[str],
    config: Config | None = None,
    *,
    threads: int = 0,
    engine: Engine | None = None,
    first_id_prefix: int | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Tracks several streams at once and writes `output/<stream>.txt` for each.

    The streams advance together, frame by frame, in the order given; one that is shorter ends
    earlier. A run that fails leaves no output.

    Args:
        sources: Streams of different names, as `streamtrack.io.open_inputs` gives them.
        output: The folder to write to; made if it is missing.
        config: The parameters; a source's own frame rate stands below them.
        threads: As for `MultiStreamTracker`.
        engine: What tracks: None for the core in this process, a `streamtrack.nvtracker.NvTracker`
            for libByteTracker.so as DeepStream drives it.
        first_id_prefix: With `id_mode: unique` and the core, the upper half of the first stream's
            ids; each further stream takes the next. None: as docs/ids.md says.
        progress: Called after every batch with the number of frames that it held.

    Raises:
        InputError: A source cannot be read, has a name that no file can have or would be
            overwritten, or the folder cannot be written.
    """
    # Before a folder is made.
    files = [stream_file(Path(output), source.name, ".txt") for source in sources]
    refuse_overwriting(files, [source.path for source in sources])
    config = with_sequence_rates(config or Config(), sources)
    prefixes: dict[str, int] = {}
    if first_id_prefix is not None:
        numbers = consecutive_prefixes(config, first_id_prefix, len(sources))
        prefixes = dict(zip((source.name for source in sources), numbers, strict=True))
    folder = output_folder(output)
    streams: dict[str, _Stream] = {}
    with ExitStack() as unwritten:
        for source in sources:
            streams[source.name] = stream = _Stream(source, folder)
            unwritten.callback(stream.output.discard)
        opened = (
            engine(config, sources) if engine else nullcontext(core_step(config, threads, prefixes))
        )
        with opened as step:
            seconds = _run(streams, step, progress)
        for stream in streams.values():
            stream.output.close()
    return RunSummary([stream.output.summary for stream in streams.values()], seconds)


def consecutive_prefixes(config: Config, first: int, count: int) -> range:
    """Returns the upper halves of the ids of streams that are numbered from `first`.

    Raises:
        InputError: Ids have no upper half in this configuration, or there are not enough.
    """
    if config["id_mode"] != "unique":
        raise InputError(
            f"the upper halves of ids can be chosen with id_mode unique, got {config['id_mode']}; "
            "add --set id_mode=unique"
        )
    if first < 1 or first + count - 1 > _LAST_PREFIX:
        raise InputError(
            f"the upper halves of ids must be from 1 to {_LAST_PREFIX}, got {first} for the first "
            f"of {count} streams; choose a lower number"
        )
    return range(first, first + count)


def output_folder(path: str | os.PathLike[str]) -> Path:
    """Makes the folder that a run writes to.

    Raises:
        InputError: It cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: the output must be a folder, got: {error.strerror}; choose another"
        ) from None
    return folder


class StreamOutput:
    """Where one stream's tracks go, and what came so far.

    Args:
        name: The stream's name.
        folder: Where `<stream>.txt` goes.
        longest_wait: As for `MotWriter`.
    """

    def __init__(self, name: str, folder: Path, longest_wait: float = math.inf) -> None:
        self._writer = MotWriter(stream_file(folder, name, ".txt"), longest_wait)
        self.summary = StreamSummary(name, self._writer.path)
        self.close, self.discard = self._writer.close, self._writer.discard

    def take(self, number: int, frame: DetectedFrame, tracks: TrackedFrame) -> None:
        """Writes a frame's tracks and counts."""
        ids = tracks.ids
        self._writer.add(number, ids, tracks.boxes, tracks.scores)
        self.summary.frames += 1
        self.summary.detections += len(frame.scores)
        self.summary.boxes += len(ids)
        self.summary.ids.update(ids.tolist())


class _Stream:
    """One stream under way: where its frames come from and where its tracks go."""

    def __init__(self, source: Source, folder: Path) -> None:
        self.frames: Iterator[DetectedFrame] = source.frames()
        self.output = StreamOutput(source.name, folder)


def _run(streams: Mapping[str, _Stream], step: Step, progress: Progress | None) -> float:
    live = dict(streams)
    seconds = 0.0
    number = 0
    while live:
        number += 1
        batch: dict[str, DetectedFrame] = {}
        for name in list(live):
            frame = next(live[name].frames, None)
            if frame is None:
                del live[name]
            else:
                batch[name] = frame
        if not batch:
            break
        start = time.perf_counter()
        tracked = step(number, batch)
        seconds += time.perf_counter() - start
        for name, frame in batch.items():
            live[name].output.take(number, frame, tracked[name])
        if progress:
            progress(len(batch))
    return seconds


def core_step(
    config: Config, threads: int = 0, id_prefixes: Mapping[str, int] | None = None
) -> Step:
    """Returns a step that tracks with the core in this process.

    Args:
        config: The parameters.
        threads: As for `MultiStreamTracker`.
        id_prefixes: With `id_mode: unique`, the upper half of each stream's ids by name; None: as
            docs/ids.md says.
    """
    tracker = MultiStreamTracker(config, box_format="ltwh", threads=threads)
    for name, prefix in (id_prefixes or {}).items():
        tracker._native.set_id_prefix(name, prefix)

    def step(number: int, frames: Mapping[str, DetectedFrame]) -> Mapping[str, TrackedFrame]:
        del number
        return tracker.update_batch(
            {name: (frame.boxes, frame.scores, frame.classes) for name, frame in frames.items()},
            detected={name: frame.detected for name, frame in frames.items()},
            timestamps={
                name: frame.timestamp
                for name, frame in frames.items()
                if frame.timestamp is not None
            },
        )

    return step
