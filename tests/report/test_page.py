"""The page as a file: whole in itself, the same each time, with every figure in it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from streamtrack.io import InputError, write_mot
from streamtrack.report import write_report

from tests.report.scenes import OTHER, TRACKS, TRUTH, table


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    write_mot(tmp_path / "mine" / "gate.txt", table("gate", TRACKS))
    write_mot(tmp_path / "mine" / "dock.txt", table("dock", OTHER))
    return tmp_path / "mine"


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    folder = tmp_path / "sequences" / "gate"
    folder.mkdir(parents=True)
    boxes = table("gate", TRUTH)
    write_mot(folder / "gt.txt", replace(boxes, scores=np.ones(len(boxes))))
    (folder / "seqinfo.ini").write_text(
        "[Sequence]\nframeRate=10\nseqLength=40\nimWidth=640\nimHeight=480\n"
    )
    return folder.parent


def cards(text: str) -> dict[str, str]:
    found = re.findall(r'<dl class="card"><dt>(.*?)</dt>(.*?)</dl>', text)
    return {name: " ".join(re.sub(r"<.*?>", " ", value).split()) for name, value in found}


def test_nothing_comes_from_elsewhere(tmp_path: Path, tracks: Path, truth: Path) -> None:
    text = write_report(tmp_path / "r.html", tracks, ground_truth=truth).read_text()
    assert "default-src 'none'" in text
    page = re.sub(r'<script type="text/plain".*?</script>', "", text)
    assert not re.search(r"https?://|@import|url\(|<link|<img|<iframe|src=", page)


def test_it_says_what_it_works_on(tmp_path: Path, tracks: Path, truth: Path) -> None:
    """Measuring takes longest: a minute and more of a large report."""
    said: list[str] = []
    write_report(tmp_path / "r.html", tracks, ground_truth=truth, progress=said.append)
    assert said == ["drawing dock", "drawing gate", "measuring gate"]


def test_the_same_tracks_give_the_same_bytes(tmp_path: Path, tracks: Path) -> None:
    first = write_report(tmp_path / "1.html", tracks)
    second = write_report(tmp_path / "2.html", tracks)
    assert first.read_bytes() == second.read_bytes()


def test_the_summary_holds_the_figures_of_the_evaluation(
    tmp_path: Path, tracks: Path, truth: Path
) -> None:
    text = write_report(tmp_path / "r.html", tracks, ground_truth=truth).read_text()
    expected = st.evaluate(truth, tracks).combined
    found = cards(text)
    assert found["streams"] == "2"
    assert found["tracks"] == "6"
    assert found["boxes"] == str(len(TRACKS) + len(OTHER))
    assert found["HOTA"] == f"{expected.HOTA:.1f}"
    assert found["IDSW"] == str(expected.IDSW) == "1"
    assert found["Frag"] == str(expected.Frag) == "2"
    assert found["FN"] == str(expected.FN) == "7"
    assert "There is no ground truth for dock." in text


def test_two_runs(tmp_path: Path, truth: Path) -> None:
    text = write_report(
        tmp_path / "r.html",
        {"gate": table("gate", TRACKS)},
        compare={"gate": table("gate", OTHER), "hall": table("hall", TRACKS)},
        ground_truth=truth,
    ).read_text()
    found = cards(text)
    assert found["IDSW"] == "1 0 −1"  # noqa: RUF001 - the page's minus
    assert found["frames that differ"] == str(18 + 40)
    assert "tracks has no tracks of hall." in text


def test_parameters_that_were_changed_stand_out(tmp_path: Path, tracks: Path) -> None:
    config = st.Config(track_buffer=12, streams={"dock": {"match_thresh": 0.7}})
    text = write_report(tmp_path / "r.html", tracks, config=config).read_text()
    changed = re.findall(r'<tr class="changed"><td>(.*?)</td><td>(.*?)</td>', text)
    assert changed == [("track_buffer", "12")]
    assert "mine, streams dock: match_thresh 0.7" in text
    rows = re.findall(r"<tr[^>]*><td>(\w+)</td>", text.split('id="parameters-title"')[1])
    assert rows == [row.name for row in st.parameters() if row.scope != "class_only"]
    unknown = write_report(tmp_path / "r.html", tracks).read_text()
    assert "files of tracks do not hold them" in unknown


def test_notes_name_the_first_of_many(tmp_path: Path) -> None:
    many = {f"cam{number}": table(f"cam{number}", TRACKS) for number in range(1200)}
    text = write_report(tmp_path / "r.html", many, compare={"cam0": many["cam0"]}).read_text()
    assert "other has no tracks of cam1, cam2, cam3, cam4, cam5 and 1,194 more." in text


def test_names_are_no_markup(tmp_path: Path) -> None:
    name = '</script><b>"&'
    text = write_report(tmp_path / "r.html", {name: table(name, TRACKS)}, title="<i>").read_text()
    assert "<b>" not in text
    assert "<title>&lt;i&gt;</title>" in text


def test_bad_input(tmp_path: Path, tracks: Path) -> None:
    with pytest.raises(InputError, match="there must be tracks, got no NAME.txt"):
        write_report(tmp_path / "r.html", tmp_path)
    with pytest.raises(InputError, match="tracks must differ in name, got a second gate"):
        write_report(tmp_path / "r.html", [tracks, tracks / "gate.txt"])
    with pytest.raises(InputError, match="pictures must be a folder"):
        write_report(tmp_path / "r.html", tracks, pictures=tmp_path / "none")
    assert not (tmp_path / "r.html").exists()
