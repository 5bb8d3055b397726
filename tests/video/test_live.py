"""Live cameras, against a real RTSP server on loopback (GStreamer's, from Debian)."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from streamtrack.io.source import InputError
from streamtrack.video import TrackedVideoFrame, track_videos
from streamtrack.video.live import LiveVideo

from tests.cli.command import INTERRUPTIBLE
from tests.video.colour_scene import ColourDetector, Square

PYTHON = "/usr/bin/python3"
PROBE = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
)
PROBE += ", Gst; Gst.init(None); assert Gst.ElementFactory.find('openh264enc')"
PATIENCE = 60.0  # seconds that a busy machine may take for what is quick


def rtsp_server_is_there() -> bool:
    if not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", PROBE], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not rtsp_server_is_there(),
    reason="needs an RTSP server: apt install gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good",
)

# So fast that without prediction over the gap no box overlaps where the square then is.
SQUARES = [
    Square((40, 40, 220), left=10, top=30, speed=16),
    Square((220, 60, 40), left=270, top=130, speed=-16),
]


class Camera:
    """The server in a process of its own, so that it can really be killed."""

    def __init__(self) -> None:
        self.begun = time.time()
        self.port = 0
        self.start()

    def start(self) -> None:
        squares = json.dumps([asdict(square) for square in SQUARES])
        script = str(Path(__file__).with_name("rtsp_camera.py"))
        self.process = subprocess.Popen(
            [PYTHON, script, str(self.port), str(self.begun), squares],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/scene"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def camera() -> Iterator[Camera]:
    server = Camera()
    yield server
    server.kill()


class Viewer:
    """Tracks what a camera shows, for as long as a test wants to look."""

    def __init__(self, source: LiveVideo, config: st.Config) -> None:
        self.source = source
        config = config.with_frame_rate(source.name, source.frame_rate)
        tracker = st.MultiStreamTracker(config.with_real_time(source.name))
        self.steps = track_videos([source], ColourDetector(SQUARES), tracker)
        self.frames: list[TrackedVideoFrame] = []

    def look_until(self, happened: Callable[[TrackedVideoFrame], bool]) -> TrackedVideoFrame:
        end = time.monotonic() + PATIENCE
        for (frame,) in self.steps:
            self.frames.append(frame)
            if happened(frame):
                return frame
            assert time.monotonic() < end, "it did not happen"
        raise AssertionError("the stream ended")

    def look_for(self, count: int) -> TrackedVideoFrame:
        end = len(self.frames) + count
        return self.look_until(lambda _: len(self.frames) >= end)


def ids_by_square(frame: TrackedVideoFrame) -> dict[int, int]:
    tracks = frame.tracks
    return dict(zip(tracks.classes.tolist(), tracks.ids.tolist(), strict=True))


def numbers_before_their_time(viewer: Viewer, frame_rate: float) -> list[int]:
    """By how much numbers run before the clock: by pictures that came faster than they should."""
    frames = [frame.frame for frame in viewer.frames]
    assert all(np.diff([frame.number for frame in frames]) > 0)
    ahead = [frame.number - 1 - round(frame.timestamp * frame_rate) for frame in frames]
    assert min(ahead) >= 0
    return ahead


def outage(viewer: Viewer, camera: Camera, seconds: float) -> None:
    """Kills the server for a while; returns when pictures of the next one come."""
    connections = viewer.source.connections
    camera.kill()
    time.sleep(seconds)
    camera.start()
    viewer.look_until(lambda _: viewer.source.connections > connections)
    viewer.look_for(5)


def test_a_dropped_connection_comes_back_and_ids_stay(camera: Camera) -> None:
    source = LiveVideo(camera.url)
    viewer = Viewer(source, st.Config(track_buffer=1800))
    before = ids_by_square(viewer.look_for(50))
    assert len(before) == 2
    outage(viewer, camera, seconds=1.0)
    after = viewer.frames[-1]
    assert ids_by_square(after) == before
    gap = max(np.diff([frame.frame.timestamp for frame in viewer.frames]))
    assert gap > 1
    ahead = numbers_before_their_time(viewer, source.frame_rate)
    first_after = int(np.argmax(np.diff([frame.frame.timestamp for frame in viewer.frames]))) + 1
    assert 0 <= ahead[first_after] <= source.dropped  # the gap is in the numbers
    assert source.notes[0] == "connected anew 1 times"
    source.close()


def test_the_clock_goes_on_at_the_scene_s_pace_after_an_outage(camera: Camera) -> None:
    source = LiveVideo(camera.url)
    viewer = Viewer(source, st.Config(track_buffer=1800))
    viewer.look_for(50)
    outage(viewer, camera, seconds=0.5)
    first = viewer.frames[-1].frame
    last = viewer.look_for(50).frame
    detector = ColourDetector(SQUARES)
    moved = detector(last.image).boxes[0, 0] - detector(first.image).boxes[0, 0]
    scene_time = float(moved) / SQUARES[0].speed
    assert scene_time == pytest.approx(last.timestamp - first.timestamp, abs=1)
    source.close()


def test_ids_are_new_where_the_gap_is_longer_than_the_buffer(camera: Camera) -> None:
    source = LiveVideo(camera.url)
    viewer = Viewer(source, st.Config(track_buffer=10))
    before = ids_by_square(viewer.look_for(50))
    outage(viewer, camera, seconds=1.0)
    after = ids_by_square(viewer.look_until(lambda frame: len(frame.tracks) == 2))
    assert not set(before.values()) & set(after.values())
    source.close()


def test_a_camera_that_falls_silent_is_left_and_found_again(camera: Camera) -> None:
    source = LiveVideo(camera.url, patience=1.0)
    viewer = Viewer(source, st.Config(track_buffer=1800))
    before = ids_by_square(viewer.look_for(30))
    os.kill(camera.process.pid, signal.SIGSTOP)
    end = time.monotonic() + PATIENCE
    while not source.state.startswith("reconnecting"):
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(camera.process.pid, signal.SIGCONT)
    viewer.look_until(lambda _: source.connections > 1)
    assert ids_by_square(viewer.look_for(5)) == before
    assert source.state == ""
    source.close()


def test_pictures_show_where_things_are_now(camera: Camera) -> None:
    """A slow detector sees the present: what it had no time for is dropped and counted."""
    source = LiveVideo(camera.url)
    detector = ColourDetector(SQUARES)
    lags: list[float] = []
    while len(lags) < 8:
        time.sleep(0.3)
        frame = source.next_frame()
        now = time.time() - camera.begun
        if frame is not None:
            found = detector(frame.image)
            lags.append(now - (float(found.boxes[0, 0]) - SQUARES[0].left) / SQUARES[0].speed)
    assert np.ptp(lags) < 1.0  # it does not fall behind further and further
    assert source.dropped >= 8
    source.close()


def test_a_wrong_address_is_said_at_once(camera: Camera) -> None:
    with pytest.raises(InputError, match="Not Found"):
        LiveVideo(f"rtsp://127.0.0.1:{camera.port}/nothing")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_tracks_until_it_is_interrupted(
    camera: Camera, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    arguments = ["track", f"gate={camera.url}", "-o", str(out), "--save-video"]
    film = out / "gate.mp4.part"
    with subprocess.Popen([*INTERRUPTIBLE, *arguments], stderr=subprocess.PIPE) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not film.exists():  # its first picture is in it
                assert time.monotonic() < end
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            process.send_signal(number)
            _, said = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # what the test left behind would hold up those after it
    assert process.returncode == 0, said
    assert b"end with Ctrl-C" in said
    assert sorted(path.name for path in out.iterdir()) == ["gate.mp4", "gate.txt"]


def test_the_asyncio_example_watches_many_cameras(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(__file__).resolve().parents[2] / "examples" / "asyncio_cameras.py"
    spec = importlib.util.spec_from_file_location("asyncio_cameras", path)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    monkeypatch.setattr(example, "open_detector", lambda _: ColourDetector(SQUARES))
    watching = example.main(5, [f"gate={camera.url}", f"dock={camera.url}"])
    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop may run in this one
        thread.submit(asyncio.run, watching).result()
    lines = capsys.readouterr().out.splitlines()
    ids = [line.split()[1] for line in lines]
    assert len(ids) == len(set(ids)) >= 4
    assert {line.split(":")[0] for line in lines} == {"gate", "dock"}
