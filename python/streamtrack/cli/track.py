"""`streamtrack track`: recorded detections to tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from streamtrack.cli.console import console, numbers_right, progress_bar
from streamtrack.cli.options import (
    config_of,
    config_options,
    host_options,
    library_of,
    version_of,
)
from streamtrack.cli.video import VideoOptions, is_video, track_videos, video_options

if TYPE_CHECKING:
    from streamtrack.config import Config
    from streamtrack.offline import Engine, RunSummary


@click.command(
    epilog="Example: streamtrack track gate/ dock/det.txt -o tracks --set track_high_thresh=0.6\n\n"
    "Example: streamtrack track street.mp4 rtsp://camera/1 -o tracks --detector yolox_s.onnx"
)
@click.argument("inputs", nargs=-1, required=True)
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
@click.option(
    "--threads",
    type=click.IntRange(min=0),
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
    config = config_of(config_file, preset, assignments)
    config_said = bool(config_file or preset or assignments)
    from streamtrack.io.tables import is_recording

    engine = None
    if via == "deepstream":
        from streamtrack.nvtracker import NvTracker

        engine = NvTracker(library_of(library), version_of(version))
    wanted = tuple(classes.split(",")) if classes else ()
    video = VideoOptions(detector, wanted, save_video, mosaic)
    if video.said or any(is_video(given) for given in inputs):
        summary = track_videos(inputs, output, config, video, threads=threads, engine=engine)
    elif via == "core" and not config_said and all(is_recording(given) for given in inputs):
        summary = _replay(inputs, output)
    else:
        summary = _track_detections(inputs, output, config, threads, engine)
    if engine is not None:
        _note(engine.notes)
        summary.seconds = engine.process_seconds
    _print(summary, "the tracker" if engine is None else "NvMOT_Process")


def _replay(inputs: Sequence[str], output: str) -> RunSummary:
    """A recording without other settings: the tracks that the pipeline had."""
    from streamtrack.replay import replay

    summary, notes = replay(inputs, output)
    _note(notes)
    return summary


def _track_detections(
    inputs: Sequence[str], output: str, config: Config, threads: int, engine: Engine | None
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
            sources, output, config, threads=threads, engine=engine, progress=progress
        )


def _unused_sections(config: Config, names: Sequence[str]) -> list[str]:
    return [
        f"the configuration has a section for stream {name}, which no input is; "
        f"the inputs' names are {', '.join(names)}"
        for name in config.stream_names
        if name not in names
    ]


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"streamtrack: note: {note}", err=True)


def _print(summary: RunSummary, where: str) -> None:
    from rich.table import Table

    table = Table(
        "stream", "frames", "detections", "tracks", "boxes", "file", box=None, pad_edge=False
    )
    numbers_right(table, 1, 2, 3, 4)
    for stream in summary.streams:
        table.add_row(
            stream.name,
            f"{stream.frames:,}",
            f"{stream.detections:,}",
            f"{len(stream.ids):,}",
            f"{stream.boxes:,}",
            str(stream.path),
        )
    stderr = console(stderr=True)
    stderr.print(table)
    frames = sum(stream.frames for stream in summary.streams)
    if frames:
        stderr.print(f"{summary.seconds / frames * 1e6:.1f} microseconds a frame in {where}")
