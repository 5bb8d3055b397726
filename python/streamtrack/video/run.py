"""Tracks videos into files: MOT text, and videos with the tracks drawn on them."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path

import numpy as np

from streamtrack.config import Config
from streamtrack.io.source import DetectedFrame, InputError
from streamtrack.io.stream_files import refuse_overwriting, stream_file
from streamtrack.offline import (
    Engine,
    RunSummary,
    Step,
    StreamOutput,
    TrackedFrame,
    core_step,
    output_folder,
)
from streamtrack.video.detection import Detections, Detector
from streamtrack.video.drawing import TrackDrawer
from streamtrack.video.ending import end_on_signals
from streamtrack.video.mosaic import Mosaic
from streamtrack.video.source import VideoSource
from streamtrack.video.tracking import SeenFrame, watch
from streamtrack.video.writer import VideoWriter

MOSAIC = "mosaic"
LOWEST_SCORE = 0.05
LIVE_WAIT = 1.0  # seconds; nobody can track what a camera showed once more
# Called after every step with the pictures that it took.
Progress = Callable[[Sequence[SeenFrame]], None]


def track_to_files(
    sources: Sequence[VideoSource],
    detector: Detector,
    output: str | os.PathLike[str],
    config: Config | None = None,
    *,
    threads: int = 0,
    engine: Engine | None = None,
    save_video: bool = False,
    mosaic: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """Tracks several videos at once and writes `output/<stream>.txt` for each.

    A run that fails leaves no output. With live cameras Ctrl-C or SIGTERM is the usual end: what
    came until then is written.

    Args:
        sources: Videos of different names; they advance as in `streamtrack.video.watch`.
        detector: Finds the objects.
        output: The folder to write to; made if it is missing.
        config: The parameters; below them stand what the sources know of their frame rates and,
            for live cameras, `motion_time: real`.
        threads: As for `MultiStreamTracker`.
        engine: As for `streamtrack.offline.track_sources`.
        save_video: Also write `output/<stream>.mp4`, with boxes, ids and trails.
        mosaic: Also write `output/mosaic.mp4`, all streams in one picture.
        progress: Called after every step with the pictures that it took.

    Raises:
        InputError: Two sources have one name, a source would be overwritten, or the folder cannot
            be written.
    """
    _check_files(sources, Path(output), save_video=save_video, mosaic=mosaic)
    config = _with_source_facts(config or Config(), sources)
    folder = output_folder(output)
    outputs: dict[str, StreamOutput] = {}
    with ExitStack() as unwritten:
        for source in sources:
            wait = LIVE_WAIT if source.live else math.inf
            outputs[source.name] = stream = StreamOutput(source.name, folder, wait)
            unwritten.callback(stream.discard)
        film = _Film(sources, detector, folder, unwritten, save_video=save_video, mosaic=mosaic)
        opened = engine(config, sources) if engine else nullcontext(core_step(config, threads))
        with opened as step:
            seconds = 0.0
            for number, seen in enumerate(_until_interrupted(sources, detector), 1):
                seconds += _take(number, seen, step, outputs, film)
                if progress:
                    progress(seen)
        film.close()
        for stream in outputs.values():
            stream.close()
        unwritten.pop_all()
    return RunSummary([stream.summary for stream in outputs.values()], seconds)


def lowest_score(config: Config, sources: Sequence[VideoSource]) -> float:
    """The lowest score that a detector must report so that the tracker misses nothing."""
    classes = (None, *config.class_ids)
    lows = [
        float(config.resolve(source.name, class_id)["track_low_thresh"])
        for source in sources
        for class_id in classes
    ]
    return max(min([LOWEST_SCORE, *lows]), 0.001)


def _check_files(
    sources: Sequence[VideoSource], folder: Path, *, save_video: bool, mosaic: bool
) -> None:
    """Sees before the work whether every file can be written."""
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1 or (save_video and mosaic and name == MOSAIC):
            raise InputError(
                f"videos must differ in name, got {name} twice; name one yourself, as in "
                f"{name}-2=PATH"
            )
    films = [*(names if save_video else ()), *([MOSAIC] if mosaic else ())]
    files = [stream_file(folder, name, ".txt") for name in names]
    files += [stream_file(folder, name, ".mp4") for name in films]
    refuse_overwriting(files, [source.path for source in sources])


def _with_source_facts(config: Config, sources: Sequence[VideoSource]) -> Config:
    for source in sources:
        config = config.with_frame_rate(source.name, source.frame_rate)
        if source.live:
            config = config.with_real_time(source.name)
    return config


def _until_interrupted(
    sources: Sequence[VideoSource], detector: Detector
) -> Iterator[list[SeenFrame]]:
    steps = watch(sources, detector)
    if not any(source.live for source in sources):
        yield from steps
        return
    with end_on_signals() as ending:
        while not ending.wanted:
            try:
                with ending.waiting():
                    seen = next(steps, None)
            except KeyboardInterrupt:
                return
            if seen is None:
                return
            yield seen


def _take(
    number: int,
    seen: Sequence[SeenFrame],
    step: Step,
    outputs: Mapping[str, StreamOutput],
    film: _Film,
) -> float:
    """Tracks one step and writes it; returns the seconds spent in the tracker."""
    batch = {
        one.stream: _left_top_width_height(one.detections, one.frame.timestamp) for one in seen
    }
    start = time.perf_counter()
    tracked = step(number, batch)
    seconds = time.perf_counter() - start
    for one in seen:
        outputs[one.stream].take(one.frame.number, batch[one.stream], tracked[one.stream])
    film.add(seen, tracked)
    return seconds


def _left_top_width_height(found: Detections, timestamp: float) -> DetectedFrame:
    boxes = found.boxes.copy()
    boxes[:, 2:] -= boxes[:, :2]
    return DetectedFrame(boxes, found.scores, found.classes.astype(np.int32), timestamp=timestamp)


class _Film:
    """The videos that a run writes; none if none are asked for."""

    def __init__(
        self,
        sources: Sequence[VideoSource],
        detector: Detector,
        folder: Path,
        unwritten: ExitStack,
        *,
        save_video: bool,
        mosaic: bool,
    ) -> None:
        def writer(name: str, frame_rate: float) -> VideoWriter:
            made = VideoWriter(folder / f"{name}.mp4", frame_rate)
            unwritten.callback(made.discard)
            return made

        # One name on every box says nothing.
        names = detector.class_names if len(detector.class_names) > 1 else {}
        wanted = sources if save_video or mosaic else ()
        self._sources = sources
        self._drawers = {s.name: TrackDrawer(names, box_format="ltwh") for s in wanted}
        self._writers = {
            s.name: writer(s.name, s.frame_rate) for s in (sources if save_video else ())
        }
        self._rate = max((source.frame_rate for source in sources), default=1.0)
        self._live = any(source.live for source in sources)
        self._mosaic = Mosaic([source.name for source in sources]) if mosaic else None
        self._whole = writer(MOSAIC, self._rate) if mosaic else None
        self._steps, self._begun, self._shown = 0, time.monotonic(), -1.0

    def add(self, seen: Sequence[SeenFrame], tracked: Mapping[str, TrackedFrame]) -> None:
        if not self._drawers:
            return
        for stream, frame, _ in seen:
            drawn = self._drawers[stream].draw(frame.image, tracked[stream])
            if stream in self._writers:
                self._writers[stream].write(drawn, frame.timestamp)
            if self._mosaic:
                self._mosaic.show(stream, drawn)
        if self._mosaic and self._whole:
            self._add_mosaic(self._mosaic, self._whole)

    def _add_mosaic(self, mosaic: Mosaic, whole: VideoWriter) -> None:
        for source in self._sources:
            if source.ended:
                mosaic.end(source.name)
        now = time.monotonic() - self._begun if self._live else self._steps / self._rate
        self._steps += 1
        if now - self._shown > 0.9 / self._rate:  # cameras come at different moments
            whole.write(mosaic.image, now)
            self._shown = now

    def close(self) -> None:
        for writer in (*self._writers.values(), self._whole):
            if writer:
                writer.close()
