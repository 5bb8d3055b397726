"""`streamtrack track`: recorded detections to tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import click

from streamtrack.cli.cluster import ClusterOptions, all_inputs, cluster_options, track_archive
from streamtrack.cli.console import console, numbers_right, progress_bar
from streamtrack.cli.options import (
    config_of,
    config_options,
    host_options,
    library_of,
    version_of,
)
from streamtrack.cli.video import VideoOptions, is_video, track_videos, video_options
from streamtrack.tracker import MOST_THREADS

if TYPE_CHECKING:
    from streamtrack.config import Config
    from streamtrack.offline import Engine, RunSummary, StreamSummary
    from streamtrack.scale import ClusterRun, ClusterStream

_MOST_LINES = 100  # of streams or of notes; nobody reads a hundred thousand


@click.command(
    epilog="Example: streamtrack track gate/ dock/det.txt -o tracks --set track_high_thresh=0.6\n\n"
    "Example: streamtrack track street.mp4 rtsp://camera/1 -o tracks --detector yolox_s.onnx"
)
@click.argument("inputs", nargs=-1)
@click.option("-o", "--output", required=True, metavar="DIR", help="Where DIR/<stream>.txt go.")
@config_options
@click.option(
    "--via",
    type=click.Choice(["core", "deepstream"]),
    default="core",
    show_default=True,
    help="What tracks: the core, or libByteTracker.so in a stand-in for DeepStream. The tracks "
    "are the same bytes.",
)
@host_options
@video_options
@cluster_options
@click.option(
    "--threads",
    type=click.IntRange(0, MOST_THREADS),
    default=0,
    metavar="N",
    help="The most threads to use; 0, the default, for every core.",
)
def track(
    inputs: Sequence[str],
    output: str,
    config_file: str | None,
    preset: str | None,
    assignments: Sequence[str],
    via: str,
    version: str | None,
    library: str | None,
    detector: str | None,
    classes: str | None,
    save_video: bool,
    mosaic: bool,
    engine: str,
    address: str | None,
    inputs_from: TextIO | None,
    first_id_prefix: int | None,
    threads: int,
) -> None:
    """Track recorded detections, videos or live cameras: each INPUT is a stream.

    All advance together, frame by frame.

    INPUT is a det.txt in MOTChallenge's text format (frame, id, left, top, width, height, score)
    or KITTI's, a folder that holds det.txt or det/det.txt and perhaps seqinfo.ini, a Parquet file,
    or a recording of libByteTracker.so (.csv). The stream has the folder's or the file's name;
    Parquet and recordings may hold many streams. Recordings alone, without settings, are played
    again with their own, to the very tracks and ids that the pipeline gave; with --config, --preset
    or --set their detections are tracked anew.

    Or INPUT is a video file or the URL of a live camera (rtsp://...), NAME=INPUT to name it.
    """
    if via == "core" and (version is not None or library is not None):
        raise click.UsageError("--deepstream and --ll-lib-file need --via deepstream.")
    inputs = all_inputs(inputs, inputs_from)
    config = config_of(config_file, preset, assignments)
    wanted = tuple(name.strip() for name in (classes or "").split(",") if name.strip())
    video = VideoOptions(detector, wanted, save_video, mosaic)
    of_videos = video.said or any(is_video(given) for given in inputs)
    where = ClusterOptions(engine, address, first_id_prefix)
    where.check(via=via, of_videos=of_videos, threads=threads)
    if engine == "ray":
        _print_cluster_run(_track_archive(inputs, output, config, where, threads), config)
        return
    tracker = None
    if via == "deepstream":
        from streamtrack.nvtracker import NvTracker

        tracker = NvTracker(library_of(library), version_of(version))
    config_said = bool(config_file or preset or assignments)
    if of_videos:
        summary = track_videos(inputs, output, config, video, threads=threads, engine=tracker)
    elif via == "core" and not config_said and _all_recordings(inputs) and first_id_prefix is None:
        summary = _replay(inputs, output)
    else:
        summary = _track_detections(inputs, output, config, threads, tracker, first_id_prefix)
    if tracker is not None:
        _note(tracker.notes)
        summary.seconds = tracker.process_seconds
    _print(summary, "the tracker" if tracker is None else "NvMOT_Process")


def _track_archive(
    inputs: Sequence[str], output: str, config: Config, where: ClusterOptions, cpus: int
) -> ClusterRun:
    from streamtrack.scale import StreamsFailedError

    try:
        return track_archive(inputs, output, config, where, cpus=cpus)
    except StreamsFailedError as error:
        _note(error.reasons[1:])  # the message has the first
        raise


def _all_recordings(inputs: Sequence[str]) -> bool:
    from streamtrack.io.tables import is_recording

    return all(is_recording(given) for given in inputs)


def _replay(inputs: Sequence[str], output: str) -> RunSummary:
    """A recording without other settings: the tracks that the pipeline had."""
    from streamtrack.replay import replay

    with progress_bar("replaying", None, "frames") as progress:
        summary, notes = replay(inputs, output, progress=progress)
    _note(notes)
    return summary


def _track_detections(
    inputs: Sequence[str],
    output: str,
    config: Config,
    threads: int,
    engine: Engine | None,
    first_id_prefix: int | None,
) -> RunSummary:
    from streamtrack.io import open_inputs
    from streamtrack.offline import track_sources

    sources = open_inputs(inputs)
    for source in sources:
        _note(source.notes)
    _note(_unused_sections(config, [source.name for source in sources]))
    frames = sum(source.frame_count for source in sources)
    with progress_bar("tracking", frames, "frames") as progress:
        return track_sources(
            sources,
            output,
            config,
            threads=threads,
            engine=engine,
            first_id_prefix=first_id_prefix,
            progress=progress,
        )


def _unused_sections(config: Config, names: Sequence[str]) -> list[str]:
    known = set(names)
    listed = ", ".join(names[:_MOST_LINES]) + (", ..." if len(names) > _MOST_LINES else "")
    return [
        f"the configuration has a section for stream {name}, which no input is; "
        f"the inputs' names are {listed}"
        for name in config.stream_names
        if name not in known
    ]


def _note(notes: Sequence[str]) -> None:
    for note in notes[:_MOST_LINES]:
        click.echo(f"streamtrack: note: {note}", err=True)
    if len(notes) > _MOST_LINES:
        click.echo(f"streamtrack: note: and {len(notes) - _MOST_LINES:,} more notes", err=True)


def _print(summary: RunSummary, where: str) -> None:
    if len(summary.streams) <= _MOST_LINES:
        _print_streams(summary.streams)
    else:
        _print_totals(summary.streams)
    _print_pace(summary, where)


def _print_cluster_run(run: ClusterRun, config: Config) -> None:
    _note(_unused_sections(config, [stream.name for stream in run.streams]))
    _note(run.notes)
    if len(run.streams) <= _MOST_LINES:
        _print_streams(run.streams)
    frames = sum(stream.frames for stream in run.streams)
    console(stderr=True).print(
        f"{len(run.streams):,} streams, {frames:,} frames in {run.elapsed:.1f} s"
    )
    _print_pace(run, "the tracker")


def _print_totals(streams: Sequence[StreamSummary]) -> None:
    counts = (
        f"{sum(getattr(stream, counted) for stream in streams):,} {counted}"
        for counted in ("frames", "detections", "tracks", "boxes")
    )
    folder = streams[0].path.parent
    console(stderr=True).print(f"{len(streams):,} streams, {', '.join(counts)} in {folder}")


def _print_streams(streams: Sequence[StreamSummary | ClusterStream]) -> None:
    from rich.table import Table

    table = Table(
        "stream", "frames", "detections", "tracks", "boxes", "file", box=None, pad_edge=False
    )
    numbers_right(table, 1, 2, 3, 4)
    for stream in streams:
        table.add_row(
            stream.name,
            f"{stream.frames:,}",
            f"{stream.detections:,}",
            f"{stream.tracks:,}",
            f"{stream.boxes:,}",
            str(stream.path),
        )
    console(stderr=True).print(table)


def _print_pace(run: RunSummary | ClusterRun, where: str) -> None:
    frames = sum(stream.frames for stream in run.streams)
    if frames:
        pace = run.seconds / frames * 1e6
        console(stderr=True).print(f"{pace:.1f} microseconds a frame in {where}")
