"""`streamtrack report`, and the recording for Rerun's viewer."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from streamtrack.cli import main
from streamtrack.io import InputError, write_mot
from streamtrack.report import write_report
from streamtrack.report.rerun_file import write_rerun

from tests.report.scenes import OTHER, TRACKS, TRUTH, table


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    for run, rows in (("mine", TRACKS), ("other", OTHER)):
        (tmp_path / run).mkdir()
        write_mot(tmp_path / run / "gate.txt", table("gate", rows))
    return tmp_path / "mine"


def test_the_command(tmp_path: Path, tracks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "pages" / "r.html"
    settings = ["--set", "track_buffer=7", "--title", "Friday"]
    other = str(tmp_path / "other")
    assert main(["report", str(tracks), "--compare", other, "-o", str(page), *settings]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text()
    assert "<h1>Friday</h1>" in text
    assert '<strong class="run-1">other</strong>' in text
    assert "other: Not known" in text
    assert '<tr class="changed"><td>track_buffer</td><td>7</td>' in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "nowhere: there must be a folder or a file"),
        (["mine", "--gt", "nowhere"], "nowhere: there must be a folder or a file"),
        (["mine", "--compare-config", "mine/gate.txt"], "mine/gate.txt"),
    ],
)
def test_bad_input_is_one_line(
    tracks: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tracks.parent)
    assert main(["report", *words]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("kind", ["report", "recording"])
def test_the_tracks_that_are_shown_are_not_replaced(tracks: Path, kind: str) -> None:
    if kind == "recording":
        pytest.importorskip("rerun", reason="needs the Rerun SDK: pip install 'streamtrack[rerun]'")
    shown = tracks / "gate.txt"
    before = shown.read_bytes()
    with pytest.raises(InputError, match="must not replace an input, got the input itself"):
        (write_report if kind == "report" else write_rerun)(shown, tracks)
    assert shown.read_bytes() == before


def test_rerun_reads_what_was_written(tmp_path: Path) -> None:
    chunk = pytest.importorskip(
        "rerun.chunk",
        reason="needs a Rerun SDK that reads recordings: pip install 'streamtrack[rerun]'",
    )
    name = "gate/1 north"
    tracks = {name: table(name, TRACKS)}
    written = write_rerun(tmp_path / "r.rrd", tracks, ground_truth={name: table(name, TRUTH)})
    rows = {}
    for part in chunk.RrdReader(written).stream():
        if "Boxes2D:centers" in part.to_record_batch().schema.names:
            for row in part.to_record_batch().to_pylist():
                rows[part.entity_path.rsplit("/", 1)[1], row["frame"]] = row
    assert len(rows) == 2 * 40
    for frame in range(1, 41):
        for kind, expected in (("tracks", TRACKS), ("ground_truth", TRUTH)):
            row = rows[kind, frame]
            here = [(number, left, top) for f, number, left, top in expected if f == frame]
            assert row["Boxes2D:labels"] == [str(number) for number, _, _ in here]
            centres = np.array(row["Boxes2D:centers"]).reshape(-1, 2)
            np.testing.assert_allclose(centres, [(x + 15, y + 30) for _, x, y in here])
            assert row["time"].total_seconds() == pytest.approx((frame - 1) / 10)


def test_rerun_through_the_command(tmp_path: Path, tracks: Path) -> None:
    pytest.importorskip("rerun", reason="needs the Rerun SDK: pip install 'streamtrack[rerun]'")
    recording = tmp_path / "r.rrd"
    page = str(tmp_path / "r.html")
    assert main(["report", str(tracks), "-o", page, "--rerun", str(recording)]) == 0
    assert recording.read_bytes()[:4] == b"RRF2"


def test_without_rerun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(InputError, match=r"pip install 'streamtrack\[rerun\]'"):
        write_rerun(tmp_path / "r.rrd", {"gate": table("gate", TRACKS)})


def test_without_rerun_the_command_writes_and_prints_nothing(
    tmp_path: Path,
    tracks: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    page, recording = tmp_path / "r.html", tmp_path / "r.rrd"
    assert main(["report", str(tracks), "-o", str(page), "--rerun", str(recording)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "a recording for Rerun needs its SDK" in printed.err
    assert not page.exists()
