"""Recordings played again: the pipeline's own output is the witness."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamtrack.simulation import save_scene, simulate

from tests.cli.command import fail, succeed

NAMES = ["dock", "gate"]
PEOPLE, FRAMES = 16, 300
# Slow enough for the recorder's thread to begin several parts, which it does between its pauses.
LIVE = """
import sys, time
import streamtrack as st
from streamtrack.deepstream import library_path
from streamtrack.io import open_inputs
from streamtrack.nvtracker import NvTracker
from streamtrack.offline import track_sources

record, id_mode, output, *inputs = sys.argv[1:]
config = st.Config(record=record, record_max_mb=1, id_mode=id_mode, track_buffer=9)
engine = NvTracker(library_path(), "9.1")
track_sources(
    open_inputs(inputs), output, config, engine=engine, progress=lambda _: time.sleep(0.003)
)
"""


@pytest.fixture(scope="module", params=["sequential", "unique"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run through DeepStream's stand-in, with its recording in several parts."""
    folder = tmp_path_factory.mktemp(request.param)
    for seed, name in enumerate(NAMES):
        save_scene(simulate(name, people=PEOPLE, frames=FRAMES, seed=seed), folder / name)
    words = [folder / "site", request.param, folder / "live", *(folder / name for name in NAMES)]
    subprocess.run([sys.executable, "-c", LIVE, *map(str, words)], check=True, timeout=120)
    return folder


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("site-*.csv"))


def test_all_parts_give_the_same_bytes(live: Path, tmp_path: Path) -> None:
    assert len(parts(live)) > 1
    succeed("track", *parts(live), "-o", tmp_path)
    for pad, name in enumerate(NAMES):
        played = (tmp_path / f"{pad}.txt").read_bytes()
        assert played.count(b"\n") > 1000
        assert played == (live / "live" / f"{name}.txt").read_bytes()


def test_the_last_part_alone_goes_on_from_its_state(live: Path, tmp_path: Path) -> None:
    succeed("track", parts(live)[-1], "-o", tmp_path)
    for pad, name in enumerate(NAMES):
        played = [line.split(",") for line in (tmp_path / f"{pad}.txt").read_text().splitlines()]
        whole = [
            line.split(",") for line in (live / "live" / f"{name}.txt").read_text().splitlines()
        ]
        before = int(whole[-1][0]) - int(played[-1][0])
        assert 0 < before < FRAMES
        expected = [row for row in whole if int(row[0]) > before]
        assert [[str(int(row[0]) + before), *row[1:]] for row in played] == expected


def test_settings_track_the_detections_anew(live: Path, tmp_path: Path) -> None:
    first = parts(live)[0]
    succeed("track", first, "-o", tmp_path, "--set", "track_high_thresh=0.8")
    played = (tmp_path / "0.txt").read_bytes()
    assert played
    assert not (live / "live" / "dock.txt").read_bytes().startswith(played)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("state,0,AAAA", "a snapshot must begin with"),
        ("state,0,?", "a state must be base64"),
        ("state,0,\x80", "a state must be base64"),
        ("config,file,,track_hi_thresh,0.5", "the nearest is track_high_thresh"),
        ("prefix,0,-1", "there must be 2 whole numbers"),
        ("prefix,0,4294967296", "4294967296 must be at most 4294967295"),
        ("ids,18446744073709551615", "18446744073709551615 must be at most 18446744069414584319"),
        ("change,now", "there must be 0 whole numbers"),
        ("batch,0,1\nframe,0,1,,1,1,0,\nobject,0,0.9,1,1,-5,9", "row 6: the batch that ends here"),
        ("batch,0,1\nframe,0,1,,0,1,0,\nobject,0,0.9,1,1,5,9", "boxes must be left out where"),
    ],
)
def test_a_damaged_part_leaves_no_output(row: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "site-0.csv"
    path.write_text(f"streamtrack recording,1,0.1.0\nids,0\nstream,0,640,360\n{row}\n")
    assert message in fail("track", path, "-o", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
