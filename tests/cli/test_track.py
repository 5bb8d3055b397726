"""`streamtrack track`: inputs, outputs, precedence, and the same bytes through DeepStream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from streamtrack.host import VERSIONS
from streamtrack.simulation import Scene, save_scene, simulate

from tests.cli.command import succeed


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [
        simulate("gate", people=12, frames=80, seed=1),
        simulate("dock", people=20, frames=50, seed=2),
    ]


@pytest.fixture(scope="module")
def sequences(tmp_path_factory: pytest.TempPathFactory, scenes: list[Scene]) -> list[Path]:
    folder = tmp_path_factory.mktemp("sequences")
    for scene in scenes:
        save_scene(scene, folder / scene.name)
    return [folder / scene.name for scene in scenes]


def outputs(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_the_files_say_what_the_python_tracker_says(
    tmp_path: Path, scenes: list[Scene], sequences: list[Path]
) -> None:
    """The witness writes with Python's own formatting, from detections read by NumPy."""
    succeed("track", *sequences, "-o", tmp_path / "out", "--set", "track_high_thresh=0.6")
    rows = {
        scene.name: np.loadtxt(folder / "det" / "det.txt", delimiter=",", ndmin=2)
        for scene, folder in zip(scenes, sequences, strict=True)
    }
    config = st.Config(track_high_thresh=0.6, frame_rate=25)
    tracker = st.MultiStreamTracker(config, box_format="ltwh")
    lines: dict[str, list[str]] = {scene.name: [] for scene in scenes}
    first: int | None = None
    for frame in range(1, 81):
        for scene in scenes:
            if frame > scene.frame_count:
                continue
            of_frame = rows[scene.name][rows[scene.name][:, 0] == frame]
            tracks = tracker.update(
                scene.name, of_frame[:, 2:6].astype("f4"), of_frame[:, 6].astype("f4")
            )
            for i, track_id in enumerate(tracks.ids.tolist()):
                first = first or track_id  # a new process counts from 1, this one does not
                numbers = [*tracks.boxes[i].tolist(), float(tracks.scores[i])]
                sides = ",".join(f"{number:.4f}" for number in numbers)
                lines[scene.name].append(f"{frame},{track_id - first + 1},{sides},-1,-1,-1\n")
    assert outputs(tmp_path / "out") == {
        f"{name}.txt": "".join(of_stream) for name, of_stream in sorted(lines.items())
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_deepstream_writes_the_same_bytes(
    tmp_path: Path, sequences: list[Path], version: str
) -> None:
    said = ["--set", "report_lost=3", "--set", "track_buffer=10"]
    succeed("track", *sequences, "-o", tmp_path / "core", *said)
    host = ["--via", "deepstream", "--deepstream", version]
    succeed("track", *sequences, "-o", tmp_path / "deepstream", *said, *host)
    assert outputs(tmp_path / "deepstream") == outputs(tmp_path / "core")
    assert all(outputs(tmp_path / "core").values())


def test_deepstream_takes_the_sections_of_a_stream(tmp_path: Path, sequences: list[Path]) -> None:
    config = tmp_path / "tracker.yml"
    config.write_text("streams:\n  dock:\n    track_high_thresh: 0.8\n    frame_rate: 12.5\n")
    words: list[str | Path] = ["track", *sequences, "--config", config]
    succeed(*words, "-o", tmp_path / "core")
    succeed(*words, "-o", tmp_path / "deepstream", "--via", "deepstream")
    succeed("track", *sequences, "-o", tmp_path / "plain")
    core = outputs(tmp_path / "core")
    assert outputs(tmp_path / "deepstream") == core
    rows_of_dock = [
        len(out["dock.txt"].splitlines()) for out in (core, outputs(tmp_path / "plain"))
    ]
    assert rows_of_dock[0] < rows_of_dock[1]


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_threads_change_nothing(tmp_path: Path, sequences: list[Path], threads: str) -> None:
    succeed("track", *sequences, "-o", tmp_path / "all")
    succeed("track", *sequences, "-o", tmp_path / threads, "--threads", threads)
    assert outputs(tmp_path / threads) == outputs(tmp_path / "all")


def one_person(folder: Path, frames: list[int], info: str = "") -> Path:
    folder.mkdir()
    rows = [f"{frame},-1,{10 + frame},20,40,90,0.9,-1,-1,-1\n" for frame in frames]
    (folder / "det.txt").write_text("".join(rows))
    if info:
        (folder / "seqinfo.ini").write_text(f"[Sequence]\n{info}\n")
    return folder


def frames_written(folder: Path, stream: str) -> list[int]:
    return [int(line.split(",")[0]) for line in (folder / f"{stream}.txt").read_text().splitlines()]


def test_the_sequences_own_frame_rate_stands_below_the_file(tmp_path: Path) -> None:
    """A gap of 12 frames: longer than the buffer at 10 frames a second, shorter at 30."""
    frames = [*range(1, 11), *range(23, 33)]
    slow = one_person(tmp_path / "slow", frames, "frameRate=10")
    config = tmp_path / "tracker.yml"

    def ids(*words: str | Path) -> int:
        succeed("track", slow, "-o", tmp_path / "out", *words)
        rows = (tmp_path / "out" / "slow.txt").read_text().splitlines()
        return len({row.split(",")[1] for row in rows})

    assert ids() == 2
    assert ids("--set", "frame_rate=30") == 1
    config.write_text("frame_rate: 30\n")
    assert ids("--config", config) == 1
    assert ids("--config", config, "--set", "frame_rate=10") == 2
    assert ids("--config", config, "--set", "frame_rate=10", "--set", "frame_rate=30") == 1


def test_preset_stands_above_the_file(tmp_path: Path, sequences: list[Path]) -> None:
    config = tmp_path / "tracker.yml"
    config.write_text("preset: bytetrack\n")
    succeed("track", *sequences, "-o", tmp_path / "a", "--config", config, "--preset", "reference")
    succeed("track", *sequences, "-o", tmp_path / "b", "--set", "preset=reference")
    succeed("track", *sequences, "-o", tmp_path / "c")
    assert outputs(tmp_path / "a") == outputs(tmp_path / "b") != outputs(tmp_path / "c")


def test_frames_before_the_first_row_are_frames(tmp_path: Path) -> None:
    late = one_person(tmp_path / "late", [5, 6, 7])
    first = one_person(tmp_path / "first", [1, 2, 3])
    succeed("track", late, first, "-o", tmp_path / "out")
    # A track that does not begin in the stream's first frame is tentative for one frame.
    assert frames_written(tmp_path / "out", "late") == [6, 7]
    assert frames_written(tmp_path / "out", "first") == [1, 2, 3]


def test_the_sequences_length_is_the_last_frame(tmp_path: Path) -> None:
    longer = one_person(tmp_path / "longer", [1, 2], "seqLength=4")
    shorter = one_person(tmp_path / "shorter", [1, 2, 3, 4], "seqLength=3")
    done = succeed("track", longer, shorter, "-o", tmp_path / "out", "--set", "report_lost=9")
    assert frames_written(tmp_path / "out", "longer") == [1, 2, 3, 4]
    assert frames_written(tmp_path / "out", "shorter") == [1, 2, 3]
    assert "note: " in done.stderr
    assert "rows up to frame 4 stand behind seqLength 3" in done.stderr


def test_an_empty_file_gives_an_empty_file_and_a_note(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    for via in ("core", "deepstream"):
        done = succeed("track", tmp_path / "empty.txt", "-o", tmp_path / via, "--via", via)
        assert (tmp_path / via / "empty.txt").read_text() == ""
        assert "there are no detections in this file" in done.stderr


def test_a_crowd_in_one_frame(tmp_path: Path) -> None:
    rows = [
        f"{frame},-1,{30 * (i % 400)},{70 * (i // 400)},20,50,0.9\n"
        for frame in (1, 2)
        for i in range(100_000)
    ]
    (tmp_path / "crowd.txt").write_text("".join(rows))
    succeed("track", tmp_path / "crowd.txt", "-o", tmp_path / "out")
    assert frames_written(tmp_path / "out", "crowd") == [1] * 100_000 + [2] * 100_000


def test_a_det_txt_has_class_0(tmp_path: Path) -> None:
    """Column 8 is a class in some files: as one it would make two tracks here."""
    rows = [f"{frame},-1,10,20,40,90,0.9,{frame % 2},-1,-1\n" for frame in range(1, 9)]
    (tmp_path / "gate.txt").write_text("".join(rows))
    succeed("track", tmp_path / "gate.txt", "-o", tmp_path / "out")
    assert frames_written(tmp_path / "out", "gate") == list(range(1, 9))


def test_the_table_says_what_happened(tmp_path: Path, sequences: list[Path]) -> None:
    done = succeed("track", *sequences, "-o", tmp_path / "out")
    assert done.stdout == ""
    written = outputs(tmp_path / "out")
    for name, frames in (("gate", "80"), ("dock", "50")):
        [row] = [line for line in done.stderr.splitlines() if line.split()[:1] == [name]]
        rows = written[f"{name}.txt"].splitlines()
        tracks = {line.split(",")[1] for line in rows}
        assert row.split()[1] == frames
        assert row.split()[3:5] == [str(len(tracks)), f"{len(rows):,}"]


@pytest.mark.parametrize("via", ["core", "deepstream"])
def test_of_a_thousand_streams_the_totals_are_printed(tmp_path: Path, via: str) -> None:
    """Nobody reads a thousand lines, and a log holds them for ever."""
    folders = [one_person(tmp_path / f"cam{number:04}", [1, 2]) for number in range(1000)]
    done = succeed("track", *folders, "-o", tmp_path / "out", "--via", via)
    totals, pace = done.stderr.splitlines()
    counts = "1,000 streams, 2,000 frames, 2,000 detections, 1,000 tracks, 2,000 boxes"
    assert totals == f"{counts} in {tmp_path / 'out'}"
    assert "microseconds a frame" in pace
    assert len(outputs(tmp_path / "out")) == 1000


def test_deepstream_says_which_stream_it_cut_short(tmp_path: Path) -> None:
    rows = [f"{frame},-1,{30 * i},10,20,50,0.9\n" for frame in (1, 2) for i in range(40)]
    (tmp_path / "crowd.txt").write_text("".join(rows))
    words: list[str | Path] = [
        "track",
        tmp_path / "crowd.txt",
        "-o",
        tmp_path / "out",
        "--via",
        "deepstream",
    ]
    done = succeed(*words, "--set", "max_targets_per_stream=30")
    assert "note: stream crowd, frame 1: 40 objects are more than" in done.stderr
    assert frames_written(tmp_path / "out", "crowd") == [1] * 30 + [2] * 30
    assert "more than" not in succeed(*words).stderr
