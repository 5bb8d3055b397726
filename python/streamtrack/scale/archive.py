"""Tracks an archive on a cluster: every stream where there is a free CPU."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from streamtrack._core import unique_stream_prefix
from streamtrack.config import Config
from streamtrack.io.inputs import detections_in, name_of, require_inputs, take_name
from streamtrack.io.parquet_streams import ParquetStream, streams_in_parquet
from streamtrack.io.source import InputError
from streamtrack.io.stream_files import refuse_overwriting, stream_file
from streamtrack.io.tables import is_recording
from streamtrack.offline import consecutive_prefixes, output_folder
from streamtrack.scale.cluster import Row, cluster
from streamtrack.scale.numbering import number_tracks
from streamtrack.scale.stream import (
    RunFolder,
    StreamWork,
    TrackedStream,
    not_shared,
    renumber_stream,
    track_stream,
)

# Called with what is being done, how many streams it was done for, and for how many it will be.
StreamProgress = Callable[[str, int, int], None]
_Run = Callable[..., Iterator[Row]]


class StreamsFailedError(InputError):
    """Some streams could not be tracked, or some Parquet files not be read.

    Attributes:
        reasons: One line for each of them, in the order of the inputs.
    """

    def __init__(self, message: str, reasons: Sequence[str]) -> None:
        super().__init__(message)
        self.reasons = reasons


@dataclass(frozen=True)
class ClusterStream:
    """What happened in one stream; as `streamtrack.offline.StreamSummary`, without the ids."""

    name: str
    path: Path
    frames: int
    detections: int
    boxes: int
    tracks: int


@dataclass(frozen=True)
class ClusterRun:
    """What happened in a run.

    Attributes:
        streams: In the order of the inputs.
        seconds: Spent in tracking, without files, by all machines together.
        elapsed: Seconds from the first stream's start to the last one's end.
        notes: What the user should know of the inputs, one line each.
    """

    streams: list[ClusterStream]
    seconds: float
    elapsed: float
    notes: list[str]


def track_on_cluster(
    inputs: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    config: Config | None = None,
    *,
    address: str | None = None,
    cpus: int = 0,
    first_id_prefix: int | None = None,
    progress: StreamProgress | None = None,
) -> ClusterRun:
    """Tracks streams on a Ray cluster and writes `output/<stream>.txt` for each (docs/scale.md).

    One stream is one task. The files are those of `track_sources` on the same inputs, to the byte;
    with `id_mode: unique` the upper halves of the ids are the same if `first_id_prefix` is. Inputs
    and output must be on storage that every machine of the cluster sees under the same path.

    Args:
        inputs: As for `streamtrack.io.open_inputs`, but no recordings.
        output: The folder to write to; made if it is missing.
        config: The parameters; a source's own frame rate stands below them.
        address: Host and port of the cluster's head; None: a cluster on this machine, for this run,
            or the one to which this process is connected.
        cpus: Of the cluster on this machine; 0: all.
        first_id_prefix: As for `track_sources`.
        progress: Called when a stream is done.

    Raises:
        InputError: An input is none, or has another's name; then nothing was tracked.
        StreamsFailedError: Some Parquet files cannot be read; then nothing was tracked. Or some
            streams could not be tracked: the others' files are whole, but there are none with
            `id_mode: sequential`, since every stream's ids depend on all.
        RuntimeError: A stream lost its worker again and again.
    """
    config = config or Config()
    if first_id_prefix is not None:
        consecutive_prefixes(config, first_id_prefix, 1)  # before a cluster is started
    known = _known_inputs(inputs)
    folder = output_folder(output)
    report = progress or _nothing
    with cluster(address, cpus) as run:
        works = _works(known, folder, run, config, first_id_prefix)
        hidden = RunFolder(Path(tempfile.mkdtemp(prefix=".tracking-", dir=folder.absolute())))
        try:
            start = time.perf_counter()
            tracked = _track(works, hidden, config, run, report)
            if config["id_mode"] == "sequential":
                number_tracks(hidden, len(works))
                _renumber(works, hidden, run, report)
            elapsed = time.perf_counter() - start
        finally:
            shutil.rmtree(hidden.path, ignore_errors=True)
    streams = [_cluster_stream(work, one, folder) for work, one in zip(works, tracked, strict=True)]
    notes = [note for stream in tracked for note in stream.notes]
    return ClusterRun(streams, sum(stream.seconds for stream in tracked), elapsed, notes)


def _cluster_stream(work: StreamWork, stream: TrackedStream, folder: Path) -> ClusterStream:
    return ClusterStream(
        work.name,
        stream_file(folder, work.name, ".txt"),
        stream.frames,
        stream.detections,
        stream.boxes,
        stream.tracks,
    )


def _known_inputs(inputs: Iterable[str | os.PathLike[str]]) -> list[tuple[Path, Path]]:
    """Each input and the file that it is or holds; both exist."""
    known = []
    for given in inputs:
        path = Path(given)
        name_of(path)
        file, _ = detections_in(path)
        if is_recording(file):
            raise InputError(
                f"{path}: a recording is tracked on one machine, since its streams stand mixed in "
                "one text; leave --engine ray out, or make it Parquet with streamtrack convert"
            )
        known.append((path, file))
    require_inputs(known)
    return known


def _works(
    known: Sequence[tuple[Path, Path]],
    folder: Path,
    run: _Run,
    config: Config,
    first_id_prefix: int | None,
) -> list[StreamWork]:
    """Every stream, in the order of the inputs; each can have a file in the folder."""
    parquet = [(path, file) for path, file in known if file.suffix == ".parquet"]
    rows = [{"file": str(file.absolute()), "name": name_of(path)} for path, file in parquet]
    streams_of: dict[str, list[ParquetStream]] = {}
    errors: dict[str, str] = {}
    for listed in run(_list_task, rows):
        if "error" in listed:
            errors[listed["file"]] = listed["error"]
        else:
            streams_of[listed["file"]] = [
                ParquetStream(name, groups) for name, groups in listed["streams"]
            ]
    if errors:
        reasons = [errors[row["file"]] for row in rows if row["file"] in errors]
        raise _failure(reasons, "nothing was tracked, since the streams of every file come first")
    found: dict[str, Path] = {}
    places: list[tuple[str, Path, Sequence[int] | None]] = []
    for path, file in known:
        streams = streams_of.get(str(file.absolute()))
        if streams is None:
            places.append((name_of(path), path.absolute(), None))
        else:
            places += [(stream.name, file.absolute(), stream.row_groups) for stream in streams]
        for name, *_ in places[len(found) :]:
            take_name(name, path, found)
    files = [stream_file(folder, name, ".txt") for name in found]
    refuse_overwriting(files, [file for _, file in known])
    prefixes = _prefixes(config, first_id_prefix, len(places))
    return [
        StreamWork(place, name, str(path), groups, prefixes[place])
        for place, (name, path, groups) in enumerate(places)
    ]


def _prefixes(config: Config, first: int | None, count: int) -> Sequence[int]:
    """The upper halves of the streams' ids, known before any is tracked.

    A stream that is tried again, or elsewhere, has the same; and a run takes as many as one process
    with so many streams does.
    """
    if first is not None:
        return consecutive_prefixes(config, first, count)
    if config["id_mode"] == "sequential":
        return [1] * count  # `renumber_stream` replaces it
    node_id = int(config["node_id"])
    drawn = (unique_stream_prefix(node_id) for _ in itertools.count())
    return list(itertools.islice(filter(None, drawn), count))  # a random start may come to 0


def _track(
    works: Sequence[StreamWork],
    folder: RunFolder,
    config: Config,
    run: _Run,
    report: StreamProgress,
) -> list[TrackedStream]:
    sequential = config["id_mode"] == "sequential"
    rows = [asdict(work) for work in works]
    arguments = {"folder": folder, "config": config, "sequential": sequential}
    tracked: dict[int, TrackedStream] = {}
    errors: dict[int, str] = {}
    for result in run(_track_task, rows, **arguments):
        if "error" in result:
            errors[result["place"]] = result["error"]
        else:
            tracked[result["place"]] = TrackedStream(**result)
        report("tracking", len(tracked) + len(errors), len(works))
    if errors:
        kept = (
            "nothing was written, since sequential ids depend on every stream"
            if sequential
            else f"the other {len(works) - len(errors):,} streams were tracked"
        )
        raise _failure([errors[place] for place in sorted(errors)], kept)
    return [tracked[place] for place in range(len(works))]


def _failure(reasons: Sequence[str], kept: str) -> StreamsFailedError:
    more = f" ({len(reasons) - 1:,} more failed)" if reasons[1:] else ""
    return StreamsFailedError(f"{reasons[0]}{more}; {kept}", reasons)


def _renumber(
    works: Sequence[StreamWork], folder: RunFolder, run: _Run, report: StreamProgress
) -> None:
    rows = [asdict(work) for work in works]
    for done, _ in enumerate(run(_renumber_task, rows, folder=folder), start=1):
        report("numbering", done, len(works))


def _list_task(row: Row) -> dict[str, Any]:
    path = Path(row["file"])
    try:
        if not path.exists():
            raise not_shared(path, path)
        streams = streams_in_parquet(path, row["name"])
    except (InputError, OSError) as error:
        return {"file": row["file"], "error": str(error)}
    return {"file": row["file"], "streams": [(one.name, one.row_groups) for one in streams]}


def _track_task(row: Row, folder: RunFolder, config: Config, *, sequential: bool) -> dict[str, Any]:
    work = StreamWork(**row)
    try:
        return asdict(track_stream(work, folder, config, sequential=sequential))
    except (InputError, OSError) as error:
        return {"place": work.place, "error": str(error)}


def _renumber_task(row: Row, folder: RunFolder) -> dict[str, Any]:
    work = StreamWork(**row)
    renumber_stream(work, folder)
    return {"place": work.place}


def _nothing(what: str, done: int, total: int) -> None:
    del what, done, total
