"""A run of live cameras ends on Ctrl-C and SIGTERM wherever it is, and what came is written."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import streamtrack as st
from streamtrack.io.source import DetectedFrame
from streamtrack.offline import Step, TrackedFrame, core_step
from streamtrack.video import Detections, Image, VideoFrame
from streamtrack.video.run import track_to_files

from tests.cli.command import INTERRUPTIBLE
from tests.video.colour_scene import RED, ColourDetector, picture, write_video

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
USUAL: list[tuple[signal.Signals, Any]] = [
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGTERM, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
]


@pytest.fixture(autouse=True)
def usual_handlers() -> Iterator[None]:
    """A shell's background job, which the tests may be, ignores Ctrl-C."""
    before = [signal.signal(number, handler) for number, handler in USUAL]
    yield
    for (number, _), handler in zip(USUAL, before, strict=True):
        signal.signal(number, handler)


class Camera:
    """A camera without end: a picture whenever one is asked for."""

    name, path, frame_rate, size, live, frames = "gate", None, 25.0, (320, 240), True, None
    state, notes, ended = "", (), False

    def __init__(self) -> None:
        self.given = 0

    def next_frame(self) -> VideoFrame:
        self.given += 1
        assert self.given < 100, "the run does not end"
        time = (self.given - 1) / 25
        return VideoFrame(self.given, time, picture([RED], time))

    def close(self) -> None:
        pass


def signalling_engine(number: signal.Signals, at: int, times: int = 1) -> Any:
    @contextmanager
    def engine(config: st.Config, sources: object) -> Iterator[Step]:
        del sources
        track = core_step(config)

        def step(frame: int, frames: Mapping[str, DetectedFrame]) -> Mapping[str, TrackedFrame]:
            for _ in range(times if frame == at else 0):
                os.kill(os.getpid(), number)
            return track(frame, frames)

        yield step

    return engine


def run(output: Path, **more: Any) -> Camera:
    camera = Camera()
    detector = more.pop("detector", ColourDetector([RED]))
    track_to_files([camera], detector, output, **more)  # type: ignore[list-item]
    return camera


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_in_the_middle_of_a_step_the_step_is_finished(
    tmp_path: Path, number: signal.Signals
) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    camera = run(tmp_path, engine=signalling_engine(number, at=7), save_video=True)
    assert camera.given == 7
    frames = [line.split(",")[0] for line in (tmp_path / "gate.txt").read_text().splitlines()]
    assert frames == [str(frame) for frame in range(1, 8)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.mp4", "gate.txt"]
    assert [signal.getsignal(each) for each in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_it_looks_it_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    class Detector(ColourDetector):
        def __call__(self, image: Image) -> Detections:
            found = super().__call__(image)
            if self.seen == 5:
                os.kill(os.getpid(), number)
            return found

    camera = run(tmp_path, detector=Detector([RED]))
    assert camera.given == 5
    assert (tmp_path / "gate.txt").read_text().splitlines()[-1].startswith("4,")


def test_who_asks_twice_does_not_wait(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, engine=signalling_engine(signal.SIGINT, at=7, times=2))
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_ignores_ctrl_c_goes_on_ignoring_it(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(AssertionError, match="does not end"):
            run(tmp_path, engine=signalling_engine(signal.SIGINT, at=7))
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_recorded_videos_that_are_broken_off_leave_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Part of a video's tracks under the whole one's name would be taken for all of them."""
    video = write_video(tmp_path / "street.mp4", [RED], frames=300)
    out = tmp_path / "out"
    arguments = ["track", str(video), "-o", str(out), "--save-video", "--mosaic"]
    with subprocess.Popen(
        [*INTERRUPTIBLE, *arguments], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            end = time.monotonic() + 60
            while not (out / "street.mp4.part").exists():
                assert time.monotonic() < end
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert said.strip() == (
        f"streamtrack: error: interrupted by {number.name}; no unfinished file is left"
    )
    assert process.returncode == 128 + number
    assert list(out.iterdir()) == []


def test_a_live_run_that_is_killed_has_written_what_came(tmp_path: Path) -> None:
    class Detector(ColourDetector):
        def __call__(self, image: Image) -> Detections:
            time.sleep(0.1)
            return super().__call__(image)

    rows: list[int] = []

    def look(_: object) -> None:
        rows.append(len((tmp_path / "gate.txt.part").read_text().splitlines()))
        if rows[-1] > 0:
            os.kill(os.getpid(), signal.SIGTERM)

    run(tmp_path, detector=Detector([RED]), progress=look)
    assert 9 <= rows[-1] == len(rows)
