"""Videos that are written, read back with PyAV."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from streamtrack.io import InputError
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
    assert not path.exists()
    times, _ = read(path.with_name("killed.mp4.part"))
    assert len(times) > 200
    assert times == pytest.approx([number / 25 for number in range(len(times))], abs=1e-3)


def test_a_discarded_file_is_gone_and_the_one_before_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"of the run before")
    writer = VideoWriter(path, 25)
    writer.write(picture([RED], 0), 0)
    writer.discard()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"of the run before"


def test_without_a_picture_there_is_no_file(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "out.mp4", 25):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_its_name_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be a file, got a folder of this name; remove or"):
        VideoWriter(tmp_path, 25)
