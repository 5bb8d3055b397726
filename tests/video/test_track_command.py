"""`streamtrack track VIDEO...`: made videos whose truth is known, through a made model."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import streamtrack as st
from numpy.typing import NDArray
from streamtrack.cli import main
from streamtrack.video import open_detector, open_video
from streamtrack.video.run import lowest_score

from tests.video.colour_scene import BLUE, RED, Square, write_video
from tests.video.tiny_models import save_model

# Squares of 16 pixels: what the made model's cells of stride 8 see in an input of half the size.
SIZE = (320, 256)
ONE = Square((0, 0, 255), left=16, top=32, speed=40, side=16)
TWO = Square((255, 0, 0), left=240, top=160, speed=-40, side=16)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Its boxes are so wide that those of neighbouring cells are one object."""
    names = {"names": "{0: 'red thing', 1: 'blue thing'}"}
    path = tmp_path / "tiny.onnx"
    return save_model(path, "yolov8", width=160, height=128, metadata=names, box_side=6)


@pytest.fixture
def videos(tmp_path: Path) -> list[Path]:
    return [
        write_video(tmp_path / "gate.mp4", [ONE, TWO], frames=50, size=SIZE),
        write_video(tmp_path / "dock.mp4", [ONE], frames=30, size=SIZE),
    ]


def rows(path: Path) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.loadtxt(path, delimiter=",", ndmin=2)
    return found


def by_hand(videos: list[Path], model: Path) -> dict[str, list[tuple[int, st.Tracks]]]:
    """What the command must do, put together from the parts below it."""
    detector = open_detector(str(model))
    sources = [open_video(str(video)) for video in videos]
    config = st.Config()
    for source in sources:
        config = config.with_frame_rate(source.name, source.frame_rate)
    tracker = st.MultiStreamTracker(config)
    tracks: dict[str, list[tuple[int, st.Tracks]]] = {source.name: [] for source in sources}
    while any(not source.ended for source in sources):
        for source in sources:
            frame = None if source.ended else source.next_frame()
            if frame is not None:
                found = tracker.update(source.name, *detector(frame.image))
                tracks[source.name].append((frame.number, found))
    return tracks


def test_several_videos_are_tracked_at_once(
    videos: list[Path], model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ["track", *map(str, videos), "-o", str(out), "--detector", str(model)]
    assert main(arguments) == 0
    expected = by_hand(videos, model)
    ids: list[set[int]] = []
    for name in ("gate", "dock"):
        written = rows(out / f"{name}.txt")
        said = [
            (number, int(i), *box)
            for number, tracks in expected[name]
            for i, box in zip(tracks.ids, tracks.boxes.tolist(), strict=True)
        ]
        assert written[:, 0].tolist() == [row[0] for row in said]
        corners = written[:, 2:6].copy()
        corners[:, 2:] += corners[:, :2]
        assert corners.tolist() == [pytest.approx(row[2:], abs=2e-4) for row in said]
        names = dict(zip((row[1] for row in said), written[:, 1].tolist(), strict=True))
        assert written[:, 1].tolist() == [names[row[1]] for row in said]
        ids.append(set(written[:, 1].astype(int).tolist()))
    assert not ids[0] & ids[1]


def test_each_square_keeps_one_id_through_its_video(
    videos: list[Path], model: Path, tmp_path: Path
) -> None:
    arguments = ["track", str(videos[0]), "-o", str(tmp_path), "--detector", str(model)]
    assert main([*arguments, "--classes", "red thing, "]) == 0
    written = rows(tmp_path / "gate.txt")
    # The square is seen by one cell of stride 8 when it stands on it and by two between.
    middles = written[:, 2] + written[:, 4] / 2
    truth = ONE.left + ONE.speed * (written[:, 0] - 1) / 25 + ONE.side / 2
    assert np.abs(middles - truth).max() <= 8 + 1e-6
    longest = max(np.sum(written[:, 1] == i) for i in set(written[:, 1].tolist()))
    assert longest >= 45


def test_through_deepstreams_door_the_bytes_are_the_same(
    videos: list[Path], model: Path, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from streamtrack.cli import main; sys.exit(main())",
    ]
    common = [*map(str, videos), "--detector", str(model)]
    for via in ("core", "deepstream"):
        out = tmp_path / via
        done = subprocess.run(
            [*command, "track", *common, "-o", str(out), "--via", via],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    for name in ("gate.txt", "dock.txt"):
        core = (tmp_path / "core" / name).read_bytes()
        assert core == (tmp_path / "deepstream" / name).read_bytes()
        assert len(core.splitlines()) > 20


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [
            np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            for frame in container.decode(video=0)
        ]


def test_videos_and_mosaic_are_written(videos: list[Path], model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["track", *map(str, videos), "-o", str(out), "--detector", str(model)]
    assert main([*arguments, "--save-video", "--mosaic"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "dock.mp4", "dock.txt", "gate.mp4", "gate.txt", "mosaic.mp4"
    ]  # fmt: skip
    plain, drawn = frames_of(videos[0]), frames_of(out / "gate.mp4")
    assert len(drawn) == 50
    assert all(image.shape == (256, 320, 3) for image in drawn)
    changed = np.abs(drawn[30].astype(int) - plain[30]).max(axis=2) > 60
    assert 200 < changed.sum() < 256 * 320 / 5  # boxes, labels and trails; the rest is untouched
    whole = frames_of(out / "mosaic.mp4")
    assert len(whole) == 50
    assert whole[0].shape == (540, 1920, 3)
    assert whole[45][:, 960:].mean() < 0.6 * whole[20][:, 960:].mean()  # the shorter one has ended


def test_low_scores_reach_the_tracker(model: Path, tmp_path: Path) -> None:
    """A square that fades below the high threshold keeps its id: ByteTrack's second match."""
    faded = Square((0, 0, 80), left=16, top=32, speed=0, side=16)
    bright = Square((0, 0, 255), left=16, top=32, speed=0, side=16)
    one = write_video(tmp_path / "bright.mkv", [bright], frames=10, size=SIZE)
    two = write_video(tmp_path / "faded.mkv", [faded], frames=20, size=SIZE)
    joined = tmp_path / "joined.mkv"
    with av.open(str(joined), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv444p"
        for image in frames_of(one) + frames_of(two):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        output.mux(stream.encode())
    arguments = ["track", str(joined), "-o", str(tmp_path), "--detector", str(model)]
    assert main(arguments) == 0
    written = rows(tmp_path / "joined.txt")
    assert len(set(written[:, 1].tolist())) >= 1
    stayed = [i for i in set(written[:, 1].tolist()) if np.sum(written[:, 1] == i) == 30]
    assert stayed, "one track must live through all 30 frames"
    of_it = written[written[:, 1] == stayed[0]]
    assert of_it[:10, 6].min() > 0.8
    assert of_it[15:, 6].max() < 0.5


def test_a_class_of_its_own_is_asked_of_the_detector(videos: list[Path]) -> None:
    sources = [open_video(str(video)) for video in videos]
    low = {"track_low_thresh": 0.01}
    every_stream = {source.name: {"track_low_thresh": 0.03} for source in sources}
    assert lowest_score(st.Config(), sources) == 0.05
    assert lowest_score(st.Config(low), sources) == 0.01
    assert lowest_score(st.Config({"classes": {3: low}}), sources) == 0.01
    both = {"classes": {3: low}, "streams": every_stream}  # streams stand above classes
    assert lowest_score(st.Config(both), sources) == 0.03


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["absent.mp4"],
            "absent.mp4: cannot be opened as a video: No such file or directory; check the path",
        ),
        (["{folder}", "--save-video"], "Is a directory; track recorded detections in a run of"),
        (["{gate}", "{gate}"], "videos must differ in name, got gate twice"),
        (["{gate}", "--detector", "absent.onnx"], "absent.onnx: no such model"),
        (["{gate}", "--detector", "{gate}"], "must be people or the path of an .onnx file"),
        (["{gate}", "--classes", "dog"], "the detector has no class dog; its names: person"),
        (["{gate}", "--classes", "person , dog"], "the detector has no class dog; its names"),
        (["{gate}", "..={gate}"], "must be one that a file can have"),
        (["mosaic={gate}", "--save-video", "--mosaic"], "videos must differ in name, got mosaic"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing(
    arguments: list[str],
    message: str,
    videos: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    given = [
        text.replace("{gate}", str(videos[0])).replace("{folder}", str(tmp_path))
        for text in arguments
    ]
    assert main(["track", *given, "-o", str(out)]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not out.exists() or not list(out.iterdir())


def test_a_video_is_not_replaced_by_the_one_that_shows_its_tracks(
    videos: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = videos[0].read_bytes()
    folder = videos[0].parent
    there = sorted(folder.iterdir())
    assert main(["track", str(videos[0]), "-o", str(folder), "--save-video"]) == 1
    assert capsys.readouterr().err == (
        f"streamtrack: error: {videos[0]}: what is written must not replace an input, got the "
        "input itself; choose another folder for the output\n"
    )
    assert videos[0].read_bytes() == before
    assert sorted(folder.iterdir()) == there


def test_progress_shows_frames_and_time_left(
    videos: list[Path], model: Path, tmp_path: Path
) -> None:
    parent, child = pty.openpty()
    command = "import sys; from streamtrack.cli import main; sys.exit(main())"
    arguments = ["track", *map(str, videos), "-o", str(tmp_path / "out"), "--detector", str(model)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stderr=child, env=environment
    ) as process:
        os.close(child)
        screen = b""
        while chunk := _read(parent):
            screen += chunk
    os.close(parent)
    assert process.returncode == 0
    text = screen.decode()
    assert "gate" in text
    assert "/50" in text  # of so many frames
    assert "/30" in text
    assert "0:00:0" in text  # time left


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end has closed
        return b""


def test_the_people_detector_is_the_default(tmp_path: Path) -> None:
    video = write_video(tmp_path / "street.mp4", [RED, BLUE], frames=3)
    assert main(["track", str(video), "-o", str(tmp_path)]) == 0
    assert (tmp_path / "street.txt").exists()  # empty: squares are no people
    assert (tmp_path / "street.txt").read_text() == ""
