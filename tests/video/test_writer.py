"""Videos that are written, read back with PyAV."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from streamtrack.video import Image, VideoWriter

from tests.video.colour_scene import BLUE, RED, picture


def read(path: Path) -> tuple[list[float], list[Image]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return (
        [float(frame.time or 0) for frame in frames],
        [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames],
    )


def test_pictures_and_times_come_back(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 0.5, 0.54]
    path = tmp_path / "new" / "out.mp4"
    with VideoWriter(path, 25) as writer:
        for time in times:
            writer.write(picture([RED, BLUE], time), time)
    seen, images = read(path)
    assert seen == pytest.approx(times, abs=1e-3)
    for time, image in zip(times, images, strict=True):
        assert np.abs(image.astype(int) - picture([RED, BLUE], time)).mean() < 4


def test_odd_sides_are_made_even_without_losing_a_pixel(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    image = picture([RED], 0, (321, 241))
    with VideoWriter(path, 25) as writer:
        writer.write(image, 0)
    _, (seen,) = read(path)
    assert seen.shape == (242, 322, 3)
    assert np.abs(seen[:241, :321].astype(int) - image).mean() < 4


KILLED = """
import os, sys
from streamtrack.video import VideoWriter
from tests.video.colour_scene import RED, picture
writer = VideoWriter(sys.argv[1], 25)
for number in range(600):
    writer.write(picture([RED], number / 25), number / 25)
os._exit(9)
"""


def test_a_file_is_playable_even_if_the_program_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "killed.mp4"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == 9
    times, _ = read(path)
    assert len(times) > 200
    assert times == pytest.approx([number / 25 for number in range(len(times))], abs=1e-3)


def test_a_discarded_file_is_gone(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "out.mp4", 25)
    writer.write(picture([RED], 0), 0)
    writer.discard()
    assert list(tmp_path.iterdir()) == []
