"""Recordings of libByteTracker.so as detections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamtrack.io import InputError, convert, open_inputs, read_parquet, read_table
from streamtrack.io.recording import read_recording
from streamtrack.simulation import save_scene, simulate

from tests.cli.command import succeed

HEAD = """streamtrack recording,1,0.1.0
host,9.1
context,0,0
written,1735787045.25
tracker_size,1920,1080
config,file,,track_high_thresh,0.6
ids,0
stream,0,1280,720
stream,4294967296,640,360
"""
BATCHES = """batch,0,2
frame,0,7,0.25,1,2,0,
object,2,0.9,10,20,30,40.5
object,0,-0.1,1,2,3,4
frame,4294967296,7,,1,0,0,
batch,2,1
frame,0,8,0.5,0,0,1,5
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "site-20250102T030405.123456Z-4711-0-000000.csv"
    path.write_text(text)
    return path


def test_streams_frames_and_objects(tmp_path: Path) -> None:
    found = read_recording(written(tmp_path, HEAD + BATCHES))
    first, second = found.tables
    assert (first.name, second.name) == ("0", "1")
    assert first.info.size == (1920, 1080)
    assert first.frames.tolist() == [1, 1]
    assert first.classes.tolist() == [2, 0]
    assert first.boxes.tolist() == [[10, 20, 30, 40.5], [1, 2, 3, 4]]
    np.testing.assert_array_equal(first.scores, np.array([0.9, -0.1], np.float32))
    assert first.timestamps is not None
    assert first.timestamps.tolist() == [0.25, 0.5]
    assert first.detected is not None
    assert first.detected.tolist() == [True, False]
    assert (second.frame_count, len(second), second.timestamps) == (1, 0, None)
    assert found.notes == []


@pytest.mark.parametrize("cut", range(1, len("object,0,-0.1,1,2,3,4\nframe,4294967296,7,,1,0,0,")))
def test_a_batch_that_was_not_written_whole(tmp_path: Path, cut: int) -> None:
    first, _, _ = BATCHES.rpartition("batch,2,1\n")
    found = read_recording(written(tmp_path, HEAD + BATCHES + first[:-cut]))
    assert [table.frame_count for table in found.tables] == [2, 1]
    assert "was not written whole" in " ".join(found.notes)


@pytest.mark.parametrize("text", ["", "streamtrack recor"])
def test_a_part_of_which_nothing_was_written(tmp_path: Path, text: str) -> None:
    found = read_recording(written(tmp_path, text))
    assert found.tables == []
    assert "nothing of it was written" in " ".join(found.notes)


def test_a_stream_that_came_again(tmp_path: Path) -> None:
    text = HEAD + BATCHES + "remove,0\nstream,0,1280,720\nstate,8589934592,AAAA\ngap,3\n" + BATCHES
    found = read_recording(written(tmp_path, text))
    assert [(table.name, table.frame_count) for table in found.tables] == [
        ("0", 2), ("1", 2), ("0-2", 2), ("2", 0)
    ]  # fmt: skip
    notes = " ".join(found.notes)
    assert "stream 2 was being tracked when this part began" in notes
    assert "3 frames before this part are missing" in notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,1,0,0,10,10,1\n", "row 1: a recording must begin with streamtrack recording,1"),
        ("streamtrack recording,2,9\n", "row 1: a recording must begin with"),
        (HEAD + "weather,rain\n", "row 10: a row must be one that docs/recording.md names"),
        (HEAD + "host,1,2\n", "row 10: a row must be one"),
        (HEAD + "batch,0,1\nremove,0\n", "row 11: a batch must be followed by its frames"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nremove,0\n", "row 12: a frame must be followed"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nobject,0,x,1,1,1,1\n", "row 12: there must be 6"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nobject,0,1,1,1,1\n", "row 12: there must be 6"),
        (HEAD + "\nids,1\n", "row 10: a row must begin with a word, got 'nothing'"),
        (HEAD + "batch,0,1\n\n", "row 11: a row must begin with a word"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\n\n", "row 12: a row must begin with a word"),
        (HEAD + "batch,0,1\nframe,0,1,,1,,0,\n", "row 11: there must be 4 whole numbers"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,2.5\n", "row 11: there must be 1 whole numbers"),
        (HEAD + f"batch,{'9' * 5000},1\n", "row 10: there must be 2 whole numbers"),
        (HEAD + f"remove,{2**64}\n", "row 10: 18446744073709551616 must be at most"),
        (HEAD + "batch,0,1\nframe,0,1,,2,1,0,\n", "row 11: 2 must be at most 1"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nobject,0,,1,1,1,1\n", "row 12: an object must"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nobject,-1,1,1,1,1,1\n", "row 12: an object must"),
        (HEAD + "batch,0,1\nframe,0,1,,1,1,0,\nobject,0,1,1e39,1,1,1\n", "row 12: an object"),
    ],
)
def test_rows_that_are_not_of_a_recording(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"000000\.csv, {message}"):
        read_recording(written(tmp_path, text))


def test_a_real_recording_gives_the_same_tracks(tmp_path: Path) -> None:
    """What the library recorded, tracked again, is what it gave; ids up to renaming."""
    names = ["dock", "gate"]
    for seed, name in enumerate(names):
        save_scene(simulate(name, people=8, frames=40, seed=seed), tmp_path / name)
    folders = [tmp_path / name for name in names]
    settings = ["--set", f"record={tmp_path / 'site'}", "--set", "track_buffer=9"]
    succeed("track", *folders, "-o", tmp_path / "live", "--via", "deepstream", *settings)
    (recording,) = tmp_path.glob("site-*.csv")
    rates = ["--set", "track_buffer=9", "--set", "frame_rate=25"]
    succeed("track", recording, "-o", tmp_path / "again", *rates)
    for pad, name in enumerate(names):
        live = read_table(tmp_path / "live" / f"{name}.txt")
        again = read_table(tmp_path / "again" / f"{pad}.txt")
        assert len(live) > 100
        np.testing.assert_array_equal(again.frames, live.frames)
        np.testing.assert_array_equal(again.boxes, live.boxes)
        np.testing.assert_array_equal(again.scores, live.scores)
        renaming = dict(zip(live.ids.tolist(), again.ids.tolist(), strict=True))
        assert again.ids.tolist() == [renaming[number] for number in live.ids.tolist()]
        assert len(set(renaming.values())) == len(renaming)
    convert([recording], tmp_path / "site.parquet", "parquet")
    of_parquet = open_inputs([tmp_path / "site.parquet"])
    for source, table in zip(of_parquet, read_parquet(tmp_path / "site.parquet"), strict=True):
        assert source.name == table.name
        assert source.frame_count == table.frame_count == 40
