"""`streamtrack eval`: the table, JSON, CSV, and what it says of bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import streamtrack
from streamtrack.cli import main

FIGURES = ["HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "Frag", "FP", "FN"]
TRUTH = "".join(f"{frame},1,0,0,10,10,1,-1,-1,-1\n" for frame in range(1, 11))
TRACKS = "".join(f"{frame},{1 + frame // 6},0,0,10,10,0.9,-1,-1,-1\n" for frame in range(1, 11))


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    for name in ("dock", "gate"):
        (tmp_path / "gt" / name / "gt").mkdir(parents=True)
        (tmp_path / "gt" / name / "gt" / "gt.txt").write_text(TRUTH)
        (tmp_path / "tracks").mkdir(exist_ok=True)
        (tmp_path / "tracks" / f"{name}.txt").write_text(TRACKS if name == "gate" else TRUTH)
    return ["--gt", str(tmp_path / "gt"), "--tracks", str(tmp_path / "tracks")]


def test_the_table(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", *folders]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["sequence", "rules", *FIGURES]
    assert lines[2] == ["gate", "none", "70.71", "100.00", "50.00", "90.00", "50.00", *"1000"]
    assert lines[3][:1] == ["COMBINED"]


def test_json_and_csv_hold_what_the_function_returns(folders: list[str], tmp_path: Path) -> None:
    written = tmp_path / "scores.json"
    rows = tmp_path / "scores.csv"
    assert main(["eval", *folders, "--json", str(written), "--csv", str(rows)]) == 0
    found = json.loads(written.read_text())
    expected = streamtrack.evaluate(folders[1], folders[3])
    assert found == expected.to_dict()
    assert list(found) == ["dock", "gate", "COMBINED"]
    assert all(list(figures) == FIGURES for figures in found.values())
    with rows.open() as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["sequence", *FIGURES]
    assert {line[0]: [float(x) for x in line[1:]] for line in lines[1:]} == {
        name: [float(x) for x in figures.values()] for name, figures in found.items()
    }


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        (["--gt", "nowhere"], 1, "nowhere: there must be a folder or a file"),
        (["--benchmark", "MOT99"], 2, "'MOT99' is not one of"),
        (["--format", "kitti"], 1, "there must be ground truth, got none"),
        (["--json", "nowhere/scores.json"], 1, "nowhere/scores.json: the file must be one that"),
    ],
)
def test_bad_input_is_one_line(
    folders: list[str],
    change: list[str],
    status: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["eval", *folders, *change]) == status
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_broken_row_is_named(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(folders[3]) / "gate.txt"
    path.write_text(TRACKS + "11,1,0,0,10,ten,0.9,-1,-1,-1\n")
    assert main(["eval", *folders]) == 1
    error = capsys.readouterr().err
    assert "gate.txt, row 11: height must be a number, got 'ten'" in error


def test_detections_for_ground_truth_are_told(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(folders[1]) / "gate" / "gt" / "gt.txt"
    path.write_text("1,-1,0,0,10,10,1\n1,-1,50,0,10,10,1\n")
    assert main(["eval", *folders]) == 1
    error = capsys.readouterr().err
    assert "gate: an id must stand once in a frame of ground truth, got -1 twice in" in error
    assert error.endswith("give ground truth, not detections\n")


def test_one_file_against_one_file(folders: list[str], tmp_path: Path) -> None:
    truth = Path(folders[1]) / "gate" / "gt" / "gt.txt"
    tracks = (Path(folders[3]) / "gate.txt").rename(tmp_path / "of_today.txt")
    found = streamtrack.evaluate(truth, tracks)
    assert list(found.sequences) == ["gate"]
    assert found.combined.IDSW == 1
