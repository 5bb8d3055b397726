"""Tiny scenes whose figures can be worked out on paper."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import streamtrack
from streamtrack import Evaluation, Scores
from streamtrack.io import BoxTable, InputError, box_table

Row = tuple[int, int, float]  # frame, id, left


def table(rows: list[Row], name: str = "yard") -> BoxTable:
    """Boxes of 10 by 10 pixels: two of them overlap only if they are of the same object."""
    boxes = [(left, 0.0, 10.0, 10.0) for _, _, left in rows]
    return box_table(name, [row[0] for row in rows], boxes, ids=[row[1] for row in rows])


def walk(track_id: int, frames: range, left: float = 0.0) -> list[Row]:
    return [(frame, track_id, left) for frame in frames]


def measured(truth: list[Row], tracks: list[Row]) -> Scores:
    found = streamtrack.evaluate({"yard": table(truth)}, {"yard": table(tracks)})
    assert found.rules == {"yard": "none"}
    assert found.combined == found.sequences["yard"]
    return found.combined


TRUTH = walk(1, range(1, 11))


def test_tracks_that_are_the_truth() -> None:
    assert measured(TRUTH, walk(7, range(1, 11))) == Scores(100, 100, 100, 100, 100, 0, 0, 0, 0)


def test_an_id_that_changes_half_way() -> None:
    found = measured(TRUTH, walk(1, range(1, 6)) + walk(2, range(6, 11)))
    # Each box is matched (DetA 1); of each, half of the object's boxes have its id (AssA 1/2).
    assert pytest.approx(100 * math.sqrt(0.5)) == found.HOTA
    assert (found.DetA, found.AssA) == (100, 50)
    assert (found.MOTA, found.IDF1) == (90, 50)
    assert (found.IDSW, found.Frag, found.FP, found.FN) == (1, 0, 0, 0)


def test_frames_that_are_far_away_are_counted_where_they_stand() -> None:
    """A camera's clock may number frames; a hundred million empty ones in front cost nothing."""
    far = 10**8 - 5
    late = [(far if frame == 10 else frame, 1, left) for frame, _, left in TRUTH]
    tracks = late[:5] + [(frame, 2, left) for frame, _, left in late[5:]]
    found = measured(late, tracks)
    assert found == measured(TRUTH, walk(1, range(1, 6)) + walk(2, range(6, 11)))


def test_nothing_where_nothing_is() -> None:
    assert measured([], []) == Scores(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_a_gap_and_a_false_alarm() -> None:
    other = walk(2, range(1, 11), left=100)  # TrackEval passes over frames without any track
    tracks = walk(1, range(1, 5)) + walk(1, range(7, 11)) + walk(3, range(3, 4), left=500)
    found = measured(TRUTH + other, tracks + other)
    # 18 matched, 2 missed, 1 false; of one object's 10 boxes 8 have its id, of the other's all.
    assert found.DetA == pytest.approx(100 * 18 / 21)
    assert found.AssA == pytest.approx(100 * (8 * 0.8 + 10 * 1) / 18)
    assert pytest.approx(100 * (20 - 2 - 1) / 20) == found.MOTA
    assert pytest.approx(100 * 2 * 18 / (2 * 18 + 1 + 2)) == found.IDF1
    assert (found.IDSW, found.Frag, found.FP, found.FN) == (0, 1, 1, 2)


def test_boxes_that_match_only_loosely() -> None:
    # Shifted by 2 of 10 pixels the IoU is 80 / 120 = 2/3: 13 of HOTA's 19 thresholds are below.
    found = measured(TRUTH, walk(1, range(1, 11), left=2))
    assert pytest.approx(100 * 13 / 19) == found.HOTA
    assert (found.MOTA, found.IDF1) == (100, 100)


def test_no_tracks_at_all() -> None:
    found = measured(TRUTH, [])
    assert (found.HOTA, found.MOTA, found.IDF1, found.FN) == (0, 0, 0, 10)


def test_sequences_count_by_their_boxes() -> None:
    truths = {"long": table(walk(1, range(1, 91))), "short": table(TRUTH)}
    tracks = {"long": table(walk(1, range(1, 91))), "short": table([])}
    found = streamtrack.evaluate(truths, tracks)
    assert found.sequences["long"].MOTA == 100
    assert found.sequences["short"].MOTA == 0
    assert pytest.approx(90) == found.combined.MOTA  # the mean would be 50
    assert found.combined.FN == 10


def test_ids_of_64_bits_stay_apart() -> None:
    first, second = 2**63 + 1, 2**63 + 2  # one number in float64
    truth = walk(1, range(1, 11)) + walk(2, range(1, 11), left=100)
    tracks = walk(first, range(1, 11)) + walk(second, range(1, 11), left=100)
    assert measured(truth, tracks).HOTA == 100


def mot(path: Path, rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(row + "\n" for row in rows))
    return path


def of_files(folder: Path, name: str, truth: list[str], tracks: list[str]) -> Evaluation:
    mot(folder / "gt" / name / "gt" / "gt.txt", truth)
    mot(folder / "tracks" / f"{name}.txt", tracks)
    return streamtrack.evaluate(folder / "gt", folder / "tracks")


@pytest.mark.parametrize(("name", "false_alarms"), [("MOT17-50", 0), ("MOT15-50", 1), ("gate", 1)])
def test_a_box_on_a_reflection_counts_by_the_benchmark(
    tmp_path: Path, name: str, false_alarms: int
) -> None:
    truth = ["1,1,0,0,10,10,1,1,1", "1,2,100,0,10,10,0,12,1"]  # class 12: a reflection
    tracks = ["1,1,0,0,10,10,0.9,-1,-1,-1", "1,2,100,0,10,10,0.9,-1,-1,-1"]
    found = of_files(tmp_path, name, truth, tracks)
    assert false_alarms == found.combined.FP
    assert found.combined.FN == 0  # what is marked as not to be considered is nobody's miss


KITTI_LABELS = [
    "0 -1 DontCare -1 -1 -10 300 0 400 100 -1000 -1000 -1000 -10 -1 -1 -1",
    "0 0 Car 0 0 -10 0 0 50 50 1 1 1 1 1 1 1",
    "0 1 Van 0 0 -10 100 0 150 50 1 1 1 1 1 1 1",
    "0 2 Car 0 3 -10 200 0 250 50 1 1 1 1 1 1 1",
]


def test_kitti_forgives_what_its_rules_forgive(tmp_path: Path) -> None:
    folder = tmp_path / "label_02"
    mot(folder / "0001.txt", KITTI_LABELS)
    boxes = {"car": 0, "van": 100, "hidden car": 200, "region": 310, "nothing": 600}
    rows = [f"1,{n},{left},0,50,50,0.9,-1,-1,-1" for n, left in enumerate(boxes.values(), 1)]
    rows.append("1,9,700,0,20,20,0.9,-1,-1,-1")  # lower than 25 pixels
    tracks = mot(tmp_path / "tracks" / "0001.txt", rows).parent
    found = streamtrack.evaluate(tmp_path, tracks)
    assert found.rules == {"0001": "KITTI"}
    assert (found.combined.FP, found.combined.FN) == (1, 0)
    without_rules = streamtrack.evaluate(tmp_path, tracks, benchmark="none")
    assert (without_rules.combined.FP, without_rules.combined.FN) == (3, 0)


def test_kitti_truth_in_mot_text_has_the_rules_of_mot17(tmp_path: Path) -> None:
    truth = ["1,1,0,0,10,10,1,1,1", "1,2,100,0,10,10,0,8,1"]
    tracks = ["1,1,0,0,10,10,0.9,-1,-1,-1", "1,2,100,0,10,10,0.9,-1,-1,-1"]
    found = of_files(tmp_path, "KITTI-50", truth, tracks)
    assert found.rules == {"KITTI-50": "MOT17"}
    assert found.combined.FP == 0
    assert "KITTI labels" in " ".join(found.notes)


def test_sequences_without_a_partner_are_named(tmp_path: Path) -> None:
    mot(tmp_path / "gt" / "dock" / "gt.txt", ["1,1,0,0,10,10,1,-1,-1,-1"])
    row = "1,1,0,0,10,10,0.9,-1,-1,-1"
    found = of_files(tmp_path, "gate", ["1,1,0,0,10,10,1,-1,-1,-1"], [row])
    assert list(found.sequences) == ["gate"]
    assert found.notes == ("no tracks for dock: not measured",)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,1,0,0,10,10,0.9", "1,1,5,0,10,10,0.9"], r"1 twice in frame 1 \(row 2\)"),
        (["1,-1,0,0,10,10,0.9"], "must have an id, got -1 in row 1"),
        (["1,1,0,0,10,10,0.9", "9,1,0,0,10,10,0.9"], "must end with frame 1, .* got frame 9"),
        (["1,1,0,0,10,10,0.9", "", "1,2,0,wide,10,10,1"], "gate.txt, row 3: top must be a number"),
        (["1,1,0,0,10"], "gate.txt, row 1: a row must have 7 to 10 columns"),
    ],
)
def test_rows_that_are_no_tracks(tmp_path: Path, rows: list[str], message: str) -> None:
    info = tmp_path / "gt" / "gate" / "seqinfo.ini"
    info.parent.mkdir(parents=True)
    info.write_text("[Sequence]\nseqLength=1\n")
    with pytest.raises(InputError, match=message):
        of_files(tmp_path, "gate", ["1,1,0,0,10,10,1,-1,-1,-1"], rows)


def test_classes_unknown_to_the_benchmark_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="MOT17-50: the rows must fit the rules of MOT17"):
        of_files(tmp_path, "MOT17-50", ["1,1,0,0,10,10,1,77,1"], ["1,1,0,0,10,10,0.9"])


def test_nothing_in_common(tmp_path: Path) -> None:
    truth = mot(tmp_path / "gt" / "dock" / "gt.txt", ["1,1,0,0,10,10,1,-1,-1,-1"])
    mot(tmp_path / "tracks" / "gate.txt", ["1,1,0,0,10,10,1"])
    with pytest.raises(InputError, match="there must be tracks of dock, got no dock"):
        streamtrack.evaluate(tmp_path / "gt", tmp_path / "tracks")
    with pytest.raises(InputError, match="there must be a folder or a file, got none"):
        streamtrack.evaluate(tmp_path / "nowhere", tmp_path / "tracks")
    truth.unlink()
    with pytest.raises(InputError, match="there must be ground truth, got none"):
        streamtrack.evaluate(tmp_path / "gt", tmp_path / "tracks")


def test_without_trackeval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trackeval", None)
    with pytest.raises(InputError, match=r"pip install 'streamtrack\[eval\]'"):
        streamtrack.evaluate({"yard": table(TRUTH)}, {"yard": table(TRUTH)})


def test_figures_do_not_depend_on_the_rows_order() -> None:
    truth = walk(1, range(1, 30)) + walk(2, range(5, 25), left=6)
    tracks = walk(4, range(1, 15)) + walk(5, range(12, 29)) + walk(6, range(5, 20), left=6)
    shuffled = [tracks[i] for i in np.random.default_rng(5).permutation(len(tracks))]
    assert measured(truth, shuffled) == measured(truth, tracks)
