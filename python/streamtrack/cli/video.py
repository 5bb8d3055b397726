"""`streamtrack track` on videos and live cameras."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from streamtrack.cli.console import console

if TYPE_CHECKING:
    from streamtrack.config import Config
    from streamtrack.offline import Engine, RunSummary
    from streamtrack.video import SeenFrame, VideoSource

Command = TypeVar("Command", bound=Callable[..., Any])

VIDEO_FILE = re.compile(
    r"\.(264|3gp|avi|flv|h26[45]|hevc|m2ts|m4v|mjpe?g|mkv|mov|mp4|mpe?g|mts|ogv|ts|webm|wmv)$", re.I
)


@dataclass(frozen=True)
class VideoOptions:
    """What the command line says of videos."""

    detector: str | None
    classes: tuple[str, ...]
    save_video: bool
    mosaic: bool

    @property
    def said(self) -> bool:
        """Whether any of them was given."""
        return self != VideoOptions(None, (), False, False)


def video_options(command: Command) -> Command:
    """Adds --detector, --classes, --save-video and --mosaic."""
    for option in (
        click.option("--mosaic", is_flag=True, help="Also write DIR/mosaic.mp4: all in one."),
        click.option(
            "--save-video",
            is_flag=True,
            help="Also write DIR/<stream>.mp4: the video with boxes, ids and trails.",
        ),
        click.option(
            "--classes",
            metavar="NAME,...",
            help="For videos: the only classes to detect, by name or id; all if left out.",
        ),
        click.option(
            "--detector",
            metavar="NAME_OR_ONNX",
            help="For videos: people (the default; needs no model) or a YOLO model's .onnx file.",
        ),
    ):
        command = option(command)
    return command


def is_video(given: str) -> bool:
    """Whether an input is a video by its name: a URL, or a file with a video's ending."""
    return "://" in given or VIDEO_FILE.search(given) is not None


def track_videos(
    inputs: Sequence[str],
    output: str,
    config: Config,
    options: VideoOptions,
    *,
    threads: int,
    engine: Engine | None,
) -> RunSummary:
    """Opens videos and detector and tracks."""
    from streamtrack.video import open_detector, open_video
    from streamtrack.video.run import lowest_score, track_to_files

    sources: list[VideoSource] = []
    try:
        sources.extend(open_video(given) for given in inputs)
        detector = open_detector(
            options.detector or "people",
            min_score=lowest_score(config, sources),
            classes=options.classes,
        )
        if any(source.live for source in sources):
            click.echo(
                "streamtrack: note: live; end with Ctrl-C or SIGTERM, files are whole then",
                err=True,
            )
        with _bars(sources) as progress:
            return track_to_files(
                sources,
                detector,
                output,
                config,
                threads=threads,
                engine=engine,
                save_video=options.save_video,
                mosaic=options.mosaic,
                progress=progress,
            )
    finally:
        for source in sources:
            source.close()
            for note in source.notes:
                click.echo(f"streamtrack: note: {source.name}: {note}", err=True)


@contextmanager
def _bars(sources: Sequence[VideoSource]) -> Iterator[Callable[[Sequence[SeenFrame]], None]]:
    """One bar a video with its time left; a camera shows its frames and what it is doing."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames, {task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}"),
    )
    stderr = console(stderr=True)
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
        tasks = {s.name: bars.add_task(s.name, total=s.frames, rate="", state="") for s in sources}

        def advance(step: Sequence[SeenFrame]) -> None:
            for seen in step:
                bars.advance(tasks[seen.stream])
            for source in sources:
                task = tasks[source.name]
                speed = bars.tasks[task].speed
                said = "" if speed is None else f"{speed:.1f}/s"
                bars.update(task, state=source.state, rate=said)

        yield advance
