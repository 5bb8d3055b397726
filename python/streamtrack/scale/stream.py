"""One stream as one unit of work: what any machine of a cluster does with it."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streamtrack.config import Config
from streamtrack.io.inputs import open_inputs
from streamtrack.io.parquet_streams import ParquetStream, read_parquet_stream
from streamtrack.io.source import DetectedFrame, InputError, NamedStream, Source
from streamtrack.io.table_source import TableDetections
from streamtrack.offline import Step, TrackedFrame, core_step, track_sources

_MOST_ATTEMPTS = 10  # a killed worker is no fault of its stream, but ten are
_WITHIN_STREAM = 0xFFFFFFFF  # the lower half of an id counts from 1 within its stream


def not_shared(given: Path, unseen: Path) -> InputError:
    """Says of an input that the machine which was to track it does not see a path."""
    return InputError(
        f"{given}: inputs and output must be where every machine sees them under the same path, "
        f"got no {unseen} on {socket.gethostname()}; see docs/scale.md"
    )


@dataclass(frozen=True)
class StreamWork:
    """A stream that is to be tracked.

    Attributes:
        place: Its place in the order of the inputs, from 0.
        name: Its name.
        path: Its input, absolute, the same on every machine.
        row_groups: Where it stands in a Parquet file; None for other inputs.
        id_prefix: The upper half of its ids, 1 to 2^32 - 1.
    """

    place: int
    name: str
    path: str
    row_groups: Sequence[int] | None
    id_prefix: int

    def open(self) -> Source:
        """Opens the input.

        Raises:
            InputError: It cannot be read.
        """
        path = Path(self.path)
        if not path.exists():
            raise not_shared(path, path)
        if self.row_groups is None:
            [source] = open_inputs([path])
            return source
        stream = ParquetStream(self.name, tuple(self.row_groups))
        return TableDetections(path, read_parquet_stream(path, stream))


@dataclass(frozen=True)
class TrackedStream:
    """What became of a stream.

    Attributes:
        place: Its place in the order of the inputs, from 0.
        frames: How many frames it had.
        detections: How many detections.
        boxes: How many boxes of tracks were written.
        tracks: How many tracks.
        seconds: Time spent in tracking, without files.
        notes: What the user should know of its input, one line each.
    """

    place: int
    frames: int
    detections: int
    boxes: int
    tracks: int
    seconds: float
    notes: Sequence[str]


class RunFolder:
    """Where the machines of a run put what is not whole yet: a hidden folder in the output's.

    Every attempt at a stream writes in a folder of its own, and what it made gets its name at
    once; so an attempt that is broken off, or one that goes on although it was given up, harms
    nothing. All attempts at a stream make the same bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.output = path.parent

    def tracked(self, place: int) -> Path:
        """A stream's tracks, numbered within the stream."""
        return self._of_stream(place) / "tracks.txt"

    def births(self, place: int) -> Path:
        """The frame in which each of a stream's tracks was first reported."""
        return self._of_stream(place) / "births.npy"

    def ids(self, place: int) -> Path:
        """The id of each of a stream's tracks."""
        return self._of_stream(place) / "ids.npy"

    @contextmanager
    def attempt(self, work: StreamWork) -> Iterator[Path]:
        """Gives a folder that goes when the attempt ends.

        Raises:
            InputError: Too many attempts at this stream ended with their worker's death, or this
                machine does not see the output.
        """
        folder = self._of_stream(work.place)
        if not self.path.exists():
            raise not_shared(Path(work.path), self.output)
        folder.mkdir(exist_ok=True)
        broken_off = len(list(folder.glob("attempt-*")))
        if broken_off >= _MOST_ATTEMPTS:
            raise InputError(
                f"{work.path}: a stream must not kill its worker, got {broken_off} workers killed "
                f"while they tracked {work.name}; see whether a node has too little memory"
            )
        prefix = f"attempt-{socket.gethostname()}-{os.getpid()}-"
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _of_stream(self, place: int) -> Path:
        return self.path / str(place)


def track_stream(
    work: StreamWork, folder: RunFolder, config: Config, *, sequential: bool
) -> TrackedStream:
    """Tracks a stream.

    Args:
        work: The stream.
        folder: Of the run.
        config: The parameters.
        sequential: Whether ids have to wait until every stream's tracks are known: then what is
            written is `RunFolder.tracked` and `RunFolder.births`, else `output/<stream>.txt`.

    Raises:
        InputError: The stream cannot be read, or the folder cannot be written.
    """
    births = BirthFrames(work)
    with folder.attempt(work) as attempt:
        config = config.override({"id_mode": "unique"})
        source = work.open()
        run = track_sources([source], attempt, config, threads=1, engine=births.watched)
        [summary] = run.streams
        if sequential:
            np.save(attempt / "births.npy", np.array(births.frames, np.uint32))
            (attempt / "births.npy").replace(folder.births(work.place))
            summary.path.replace(folder.tracked(work.place))
        else:
            summary.path.replace(folder.output / summary.path.name)
    return TrackedStream(
        work.place,
        summary.frames,
        summary.detections,
        summary.boxes,
        summary.tracks,
        run.seconds,
        source.notes,
    )


class BirthFrames:
    """Tracks with the core and notes in which frame each track was first reported.

    Attributes:
        frames: One number a track, in the order of the ids.
    """

    def __init__(self, work: StreamWork) -> None:
        self.frames: list[int] = []
        self._work = work

    @contextmanager
    def watched(self, config: Config, sources: Sequence[NamedStream]) -> Iterator[Step]:
        """An engine for `track_sources`."""
        [source] = sources
        track = core_step(config, 1, {source.name: self._work.id_prefix})

        def step(number: int, frames: Mapping[str, DetectedFrame]) -> Mapping[str, TrackedFrame]:
            tracked = track(number, frames)
            for tracks in tracked.values():
                last = int(tracks.ids[-1]) & _WITHIN_STREAM if len(tracks.ids) else 0
                self.frames += [number] * (last - len(self.frames))
            return tracked

        yield step


def renumber_stream(work: StreamWork, folder: RunFolder) -> None:
    """Writes `output/<stream>.txt` with the ids of `RunFolder.ids`.

    Raises:
        OSError: The folder cannot be written.
    """
    ids = [str(number).encode() for number in np.load(folder.ids(work.place)).tolist()]
    with folder.attempt(work) as attempt:
        whole = attempt / f"{work.name}.txt"
        with folder.tracked(work.place).open("rb") as numbered, whole.open("wb") as written:
            for row in numbered:
                frame, number, rest = row.split(b",", 2)
                written.write(b"%b,%b,%b" % (frame, ids[(int(number) & _WITHIN_STREAM) - 1], rest))
        whole.replace(folder.output / whole.name)
