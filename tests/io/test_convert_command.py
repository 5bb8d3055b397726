"""`streamtrack convert`, and what `streamtrack track` takes besides MOT text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamtrack.cli import main
from streamtrack.io import (
    BoxTable,
    InputError,
    SequenceInfo,
    box_table,
    convert,
    open_inputs,
    read_parquet,
    read_table,
    write_kitti,
    write_mot,
    write_parquet,
)
from streamtrack.offline import track_sources

from tests.io.tables import assert_same, assert_same_frames


def walk(name: str, *, speed: float = 3.0, class_id: int = 0) -> BoxTable:
    """Detections of two objects over 12 frames."""
    frames = np.repeat(np.arange(1, 13), 2)
    boxes = np.zeros((24, 4), np.float32)
    boxes[:, 0] = frames * np.float32(speed) + np.tile([0, 200], 12)
    boxes[:, 2:] = 40, 90
    return box_table(
        name, frames, boxes, scores=np.full(24, 0.9, np.float32), classes=[class_id] * 24
    )


def test_there_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info = SequenceInfo(12.5, 20, (640, 480))
    gate = replace(walk("gate"), info=info)
    write_parquet(tmp_path / "in.parquet", [gate, walk("dock", speed=-2)])
    assert main(["convert", str(tmp_path / "in.parquet"), "-o", str(tmp_path / "text")]) == 0
    assert capsys.readouterr().out.split() == [
        str(tmp_path / "text" / place)
        for place in ("gate/det.txt", "gate/seqinfo.ini", "dock/det.txt")
    ]
    again = str(tmp_path / "again.parquet")
    folders = [str(tmp_path / "text" / name) for name in ("gate", "dock")]
    assert main(["convert", *folders, "-o", again]) == 0
    for found, expected in zip(
        read_parquet(again), read_parquet(tmp_path / "in.parquet"), strict=True
    ):
        assert_same(found, expected)
        assert_same_frames(found, expected)


@pytest.mark.parametrize("name", ["site/cam", "../up", "..", ".", "", "a\0b", "a\nb", "x" * 260])
@pytest.mark.parametrize("verb", ["track", "convert"])
def test_a_name_that_no_file_can_have_is_told_and_nothing_is_written(
    tmp_path: Path, verb: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Parquet file names its streams as it likes: none may lead out of the output's folder."""
    given = tmp_path / "in.parquet"
    write_parquet(given, [walk("gate"), walk(name), replace(walk("yard"), ids=np.ones(24, "u8"))])
    assert main([verb, str(given), "-o", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    shown = repr(name if len(name) < 40 else name[:40] + "...")
    assert f"line breaks, not empty, not too long), got {shown}; rename the stream\n" in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == [given]
    assert main(["convert", str(given), "-o", str(tmp_path / "again.parquet")]) == 0


def test_tracks_become_files_of_their_names(tmp_path: Path) -> None:
    table = box_table("gate", [1, 2], [[0, 0, 5, 5]] * 2, ids=[1, 1], classes=[2, 2])
    write_parquet(tmp_path / "in.parquet", [table])
    with pytest.raises(InputError, match="no place for classes"):
        convert([tmp_path / "in.parquet"], tmp_path, "mot")
    assert convert([tmp_path / "in.parquet"], tmp_path, "mot", drop=["all"]) == [
        tmp_path / "gate.txt"
    ]
    convert([tmp_path / "in.parquet"], tmp_path / "kitti", "kitti", types={2: "Car"})
    assert (tmp_path / "kitti" / "gate.txt").read_text().startswith("0 1 Car -1 -1 -10 0 0 5 5 -1")


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("in_folder")
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--to", "kitti", "--types", "0=Lorry"], 2, "must be ID=TYPE with TYPE one of Car"),
        (["--to", "kitti", "--types", "1=Car"], 1, "gate: each class must have a KITTI type"),
        (["gate.txt"], 1, "streams must differ in name, got two called gate"),
        (["nowhere.txt"], 1, "nowhere.txt: an input must exist"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_mot(Path("gate.txt"), walk("gate"))
    assert main(["convert", "gate.txt", "-o", "out", *arguments]) == status
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def tracks_of(folder: Path, *inputs: Path) -> dict[str, BoxTable]:
    track_sources(open_inputs(inputs), folder)
    return {path.stem: read_table(path) for path in folder.glob("*.txt")}


def test_every_format_gives_the_same_tracks(tmp_path: Path) -> None:
    write_mot(tmp_path / "gate.txt", walk("gate"))
    write_mot(tmp_path / "dock.txt", walk("dock", speed=-2))
    (tmp_path / "kitti").mkdir()
    for name in ("gate", "dock"):
        write_kitti(tmp_path / "kitti" / f"{name}.txt", read_table(tmp_path / f"{name}.txt"))
    write_parquet(tmp_path / "both.parquet", [walk("gate"), walk("dock", speed=-2)])
    of_mot = tracks_of(tmp_path / "1", tmp_path / "gate.txt", tmp_path / "dock.txt")
    of_kitti = tracks_of(tmp_path / "2", *sorted((tmp_path / "kitti").iterdir(), reverse=True))
    of_parquet = tracks_of(tmp_path / "3", tmp_path / "both.parquet")
    assert set(of_mot) == set(of_kitti) == set(of_parquet) == {"gate", "dock"}
    for name, table in of_mot.items():
        assert len(table) == 24
        np.testing.assert_array_equal(of_parquet[name].boxes, table.boxes)
        np.testing.assert_array_equal(of_kitti[name].boxes, table.boxes)
        for other in (of_kitti[name], of_parquet[name]):
            renaming = dict(zip(table.ids.tolist(), other.ids.tolist(), strict=True))
            assert other.ids.tolist() == [renaming[number] for number in table.ids.tolist()]
            assert len(set(renaming.values())) == len(renaming) == 2


def test_times_and_skipped_frames_reach_the_tracker(tmp_path: Path) -> None:
    table = walk("gate", class_id=3)
    saw = np.full(14, True)
    saw[6] = False
    times = np.arange(14) / 10
    kept = table.take(table.frames != 7)
    timed = BoxTable(
        "gate", kept.frames, kept.ids, kept.boxes, kept.scores, kept.classes,
        {}, SequenceInfo(10, 14), times, saw,
    )  # fmt: skip
    write_parquet(tmp_path / "gate.parquet", [timed])
    (source,) = open_inputs([tmp_path / "gate.parquet"])
    frames = list(source.frames())
    assert (source.frame_rate, len(frames)) == (10, 14)
    assert [frame.timestamp for frame in frames] == times.tolist()
    assert [frame.detected for frame in frames] == saw.tolist()
    assert [len(frame.boxes) for frame in frames] == [2] * 6 + [0] + [2] * 5 + [0, 0]
    assert frames[0].classes is not None
    assert frames[0].classes.tolist() == [3, 3]
    # A skipped frame is reported by prediction; a frame in which nothing was seen is not.
    assert 7 in tracks_of(tmp_path / "out", tmp_path / "gate.parquet")["gate"].frames


def test_rows_that_are_no_detections_are_named(tmp_path: Path) -> None:
    """By the row of the file, whatever else stands in it and in which order."""
    good, flat = [0, 0, 5, 5], [0, 0, 0, 5]
    dock = box_table("dock", [9, 1, 4, 2], [good, good, flat, good])
    timed = replace(dock, timestamps=np.arange(9.0))  # frames without boxes are rows, too
    write_parquet(tmp_path / "gate.parquet", [walk("gate"), timed])
    match = r"gate\.parquet, row 27, frame 4 of dock: box must be"
    with pytest.raises(InputError, match=match):
        open_inputs([tmp_path / "gate.parquet"])
    lines = [
        f"{frame} -1 Car 0 0 0 1 1 {x} 9 {'0 ' * 7}0.5" for frame, x in ((7, 9), (3, 1), (1, 9))
    ]
    (tmp_path / "cars.txt").write_text("\n\n".join(["", *lines]))
    with pytest.raises(InputError, match=r"cars\.txt, row 5, frame 4 of cars: box must be"):
        open_inputs([tmp_path / "cars.txt"])
    head = "streamtrack recording,1,0\nbatch,0,1\nframe,0,1,,1,1,0,\n"
    (tmp_path / "r.csv").write_text(head + "object,0,0.5,0,0,0,5\n")
    with pytest.raises(InputError, match=r"r\.csv, frame 1 of 0: box must be"):
        open_inputs([tmp_path / "r.csv"])
    write_mot(tmp_path / "dock.txt", walk("dock"))
    write_parquet(tmp_path / "both.parquet", [walk("gate"), walk("dock")])
    with pytest.raises(InputError, match=r"inputs must differ in name, got .*dock\.txt and .*both"):
        open_inputs([tmp_path / "dock.txt", tmp_path / "both.parquet"])
