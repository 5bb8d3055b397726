"""Whatever is wrong, the command says so in one line, writes nothing and shows no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import fail, run, succeed

GOOD = "1,-1,10,20,40,90,0.9,-1,-1,-1\n2,-1,11,20,40,90,0.9,-1,-1,-1\n"


@pytest.fixture
def det(tmp_path: Path) -> Path:
    path = tmp_path / "gate.txt"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("3,-1,10,oops,40,90,0.9", "row 3: column 4"),
        ("3,-1,10,20,40", "row 3: a row must have at least 7 columns"),
        ("3,-1,nan,20,40,90,0.9", "row 3: box must be finite, got left nan"),
        ("3,-1,10,20,inf,90,0.9", "row 3: box must be finite"),
        ("3,-1,10,20,-40,90,0.9", "row 3: box must be wider and higher than 0"),
        ("3,-1,10,20,40,90,1.5", "row 3: score must be in [0, 1]"),
    ],
)
@pytest.mark.parametrize("via", ["core", "deepstream"])
def test_a_broken_row(det: Path, row: str, message: str, via: str) -> None:
    det.write_text(GOOD + row + "\n" + GOOD)
    out = det.parent / "out"
    line = fail("track", det, "-o", out, "--via", via)
    assert line.startswith(f"{det}, {message}")
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("track_hgih_thresh: 0.5\n", ":1: a key must be a known parameter"),
        ("\ntrack_high_thresh: 60\n", ":2: track_high_thresh must be a number in [0, 1], got 60"),
        ("track_buffer: 30\n  match_thresh: 0.8\n", ":2: the file must be YAML"),
        ("track_low_thresh: 0.9\n", ": track_low_thresh must be at most track_high_thresh"),
    ],
)
@pytest.mark.parametrize("via", ["core", "deepstream"])
def test_a_wrong_config(det: Path, text: str, message: str, via: str) -> None:
    config = det.with_suffix(".yml")
    config.write_text(text)
    line = fail("track", det, "-o", det.parent / "out", "--config", config, "--via", via)
    assert line.startswith(f"{config}{message}")


@pytest.mark.parametrize("via", ["core", "deepstream"])
def test_detections_are_not_replaced_by_tracks(det: Path, via: str) -> None:
    line = fail("track", det, "-o", det.parent, "--via", via)
    assert line == (
        f"{det}: what is written must not replace an input, got the input itself; choose another "
        "folder for the output"
    )
    assert det.read_text() == GOOD


def test_a_folder_where_a_file_is_to_be(det: Path) -> None:
    (det.parent / "out" / "gate.txt").mkdir(parents=True)
    line = fail("track", det, "-o", det.parent / "out")
    assert line == (
        f"{det.parent}/out/gate.txt: what is written must be a file, got a folder of this name; "
        "remove or rename it, or write elsewhere"
    )
    assert [path.name for path in (det.parent / "out").iterdir()] == ["gate.txt"]


def test_a_section_for_a_stream_that_is_not_there_is_noted(det: Path) -> None:
    config = det.with_suffix(".yml")
    config.write_text("streams:\n  gaet:\n    track_buffer: 3\n  gate:\n    track_buffer: 3\n")
    done = succeed("track", det, "-o", det.parent / "out", "--config", config)
    [note] = [line for line in done.stderr.splitlines() if "note" in line]
    assert note == (
        "streamtrack: note: the configuration has a section for stream gaet, which no input is; "
        "the inputs' names are gate"
    )


def test_wrong_settings(det: Path) -> None:
    out = ["-o", str(det.parent / "out")]
    assert "60; divide" in fail("track", det, *out, "--set", "track_high_thresh=60")
    assert "must be key=value" in fail("track", det, *out, "--set", "track_high_thresh")
    assert "got fast" in fail("track", det, *out, "--preset", "fast")
    assert "nearest is track_buffer" in fail("track", det, *out, "--set", "track_bufer=3")
    assert "readable file" in fail("track", det, *out, "--config", det.parent / "none.yml")


def test_a_missing_or_broken_library(det: Path) -> None:
    words = ["track", str(det), "-o", str(det.parent / "out"), "--via", "deepstream"]
    line = fail(*words, "--ll-lib-file", det.parent / "libNone.so")
    assert "the tracker library must be a file" in line
    assert "libNone.so" in line
    line = fail(*words, "--ll-lib-file", det)  # a text file
    assert str(det) in line
    assert not (det.parent / "out" / "gate.txt").exists()
    assert "must be a file" in fail("demo", "--ll-lib-file", det.parent / "libNone.so")


def test_wrong_words(det: Path) -> None:
    out = ["-o", str(det.parent / "out")]
    assert "Missing argument" in fail("track", *out)
    assert "Missing option '-o'" in fail("track", det)
    assert "No such option" in fail("track", det, *out, "--fast")
    assert "No such command" in fail("tracks")
    assert "need --via deepstream" in fail("track", det, *out, "--deepstream", "9.1")
    line = fail("track", det, *out, "--via", "deepstream", "--deepstream", "4.0")
    assert "must be one of 5.0, " in line or "must be one of 6.0, " in line
    assert "'x' is not a valid integer" in fail("track", det, *out, "--threads", "x")
    assert "99999999999 is not in the range 0<=x<=1024" in fail(
        "track", det, *out, "--threads", "99999999999"
    )


def test_inputs_that_are_none(det: Path) -> None:
    out = ["-o", str(det.parent / "out")]
    assert "must exist" in fail("track", det.parent / "none", *out)
    (det.parent / "empty").mkdir()
    assert "must hold det.txt" in fail("track", det.parent / "empty", *out)
    assert "inputs must differ in name" in fail("track", det, det, *out)
    (det.parent / "site" / "gate").mkdir(parents=True)
    (det.parent / "site" / "gate" / "det.txt").write_text(GOOD)
    assert f"give the folders in it, {det.parent / 'site'}/*" in fail(
        "track", det.parent / "site", *out
    )


def test_names_that_are_no_text(det: Path) -> None:
    """Linux takes any bytes as a name; a stream's goes into files of text."""
    out = det.parent / "out"
    listed = det.parent / "inputs"
    listed.write_bytes(b"gate\xff.txt\n")
    missing = fail("track", "--inputs-from", listed, "-o", out)
    assert "an input must exist, got no such file" in missing
    named = det.parent / "gate\udcff"
    named.mkdir()
    (named / "det.txt").write_text(GOOD)
    (named / "seqinfo.ini").write_text("[Sequence]\nframeRate=25\n")
    assert r"UTF-8 without / and line breaks, not empty, not too long), got 'gate\udcff'" in fail(
        "track", named, "-o", out
    )
    assert not out.exists()


@pytest.mark.parametrize("words", [[], ["host"], ["deepstream"]])
def test_no_words_show_the_help(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: streamtrack")
    assert "Commands:\n" in done.stderr
    assert "error" not in done.stderr


def test_a_misspelt_file_does_not_become_a_folder(det: Path) -> None:
    wrong = det.parent / "all.parqet"
    assert "must be a folder, or end with .parquet" in fail("convert", det, "-o", wrong)
    assert not wrong.exists()


def test_an_output_that_is_a_file(det: Path) -> None:
    line = fail("track", det, "-o", det)
    assert "the output must be a folder" in line
    assert det.read_text() == GOOD
