"""A track's life, frame by frame, told by one person who stands still.

Each case is a line of signs, one a frame, and the ids that are reported. Both witnesses are asked:
the package, and the twin that it is compared with elsewhere.
"""

from __future__ import annotations

import numpy as np
import pytest
import streamtrack as st

from tests.laws.runs import Values, ranked, ranks, run, tracker_of, update
from tests.scenes import Scene, SceneFrame, frame_of, skipped_frame
from tests.twin.settings import Settings
from tests.twin.track import Tracks as TwinTracks
from tests.twin.tracker import TwinTracker

PRESETS = ("bytetrack", "reference")
SIGNS = {"#": 0.9, "=": 0.5, "-": 0.3, "?": -0.1}  # high, equal to track_high_thresh, low, unknown

Report = list[st.Tracks] | list[TwinTracks]


def frame_for(sign: str) -> SceneFrame:
    """Nobody for ".", a skipped frame for "~", else the person with the sign's score."""
    if sign == "~":
        return skipped_frame()
    return frame_of([(10, 20, 30, 60, SIGNS[sign], 0)] if sign in SIGNS else [], 1.0)


def twin_run(scene: Scene, values: Values) -> list[TwinTracks]:
    twin = TwinTracker(Settings.of(**values))
    return [
        twin.update(frame.boxes, frame.scores, frame.classes, detected=frame.detected)
        for frame in scene
    ]


@pytest.fixture(params=["package", "twin"])
def witness(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def report_of(witness: str, signs: str, values: Values) -> Report:
    scene = [frame_for(sign) for sign in signs]
    return run(scene, values) if witness == "package" else twin_run(scene, values)


def ids_of(witness: str, signs: str, **values: object) -> str:
    """The ids by frame, "1" for the first one, "." where nothing is reported."""
    report = report_of(witness, signs, values)
    rank_of = ranks(report)
    assert all(len(tracks.ids) <= 1 for tracks in report)
    return "".join(
        str(ranked(tracks, rank_of)[0] + 1) if len(tracks.ids) else "." for tracks in report
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_birth(witness: str, preset: str) -> None:
    assert ids_of(witness, "###", preset=preset) == "111"  # the first frame confirms at once
    assert ids_of(witness, ".###", preset=preset) == "..11"  # later ones take two
    assert (
        ids_of(witness, ".#.##.", preset=preset) == "....1."
    )  # once is not enough, and costs no id
    assert ids_of(witness, "---", preset=preset) == "..."  # low ones start nothing
    assert ids_of(witness, ".???", preset=preset) == "..11"  # unknown ones count as high
    assert ids_of(witness, ".#.##", preset=preset, report_tentative=True) == ".1.22"


@pytest.mark.parametrize("preset", PRESETS)
def test_low_scores_hold_tracks_but_find_none(witness: str, preset: str) -> None:
    assert ids_of(witness, "#---#", preset=preset) == "11111"
    assert ids_of(witness, "#.--#", preset=preset) == "1...1"
    assert ids_of(witness, ".#-#", preset=preset) == "...."  # nor confirm any


@pytest.mark.parametrize("buffer", [0, 1, 2, 5, 30])
def test_a_lost_track_lives_as_long_as_the_buffer(witness: str, buffer: int) -> None:
    def after(missed: int, preset: str) -> str:
        signs = "#" + "." * missed + "##"
        return ids_of(witness, signs, preset=preset, track_buffer=buffer)[-1]

    assert after(buffer, "bytetrack") == "1"
    assert after(buffer + 1, "bytetrack") == "2"
    # The original looks for expired tracks before it adds those just lost, and then lets them stay
    # for one more frame.
    assert after(max(buffer, 1) + 1, "reference") == "1"
    assert after(max(buffer, 1) + 2, "reference") == "2"


def test_found_in_the_frame_after_the_buffer(witness: str) -> None:
    """In the original such a track is dropped when it is missed again, however much later."""
    signs = "#...####.##"
    assert ids_of(witness, signs, preset="reference", track_buffer=2) == "1...1111..2"
    assert ids_of(witness, signs, preset="bytetrack", track_buffer=3) == "1...1111.11"


def test_a_score_at_the_threshold(witness: str) -> None:
    values = {"track_high_thresh": 0.5, "new_track_thresh": 0.5}
    assert ids_of(witness, ".====", preset="bytetrack", **values) == "..111"
    assert ids_of(witness, "#====", preset="reference", **values) == "1...."


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("frame_rate", "frames"), [(30, 4), (15, 2), (10, 1), (8, 1), (60, 8)])
def test_the_buffer_follows_the_frame_rate(
    witness: str, preset: str, frame_rate: float, frames: int
) -> None:
    values = {"preset": preset, "track_buffer": 4, "frame_rate": frame_rate}
    longest = frames + (preset == "reference")
    assert ids_of(witness, "#" + "." * longest + "##", **values)[-1] == "1"
    assert ids_of(witness, "#." + "." * longest + "##", **values)[-1] == "2"


@pytest.mark.parametrize("frame_rate", [10, 29.97, 30])
@pytest.mark.parametrize("late", [-0.2, 0.0, 0.2])
def test_the_buffer_survives_a_clock_that_trembles(frame_rate: float, late: float) -> None:
    """No clock ticks exactly: 30 frames are 30 frames, whatever the rounding of their times."""

    def ids_after(missed: int) -> set[int]:
        tracker = tracker_of({"motion_time": "real", "frame_rate": frame_rate, "track_buffer": 90})
        ids: set[int] = set()
        for number, sign in enumerate("#" + "." * missed + "##"):
            time = 1.7e9 + (number + late * (number > 0)) / frame_rate
            ids |= set(update(tracker, "stream", frame_for(sign), timestamp=time).ids.tolist())
        return ids

    buffer = int(frame_rate / 30 * 90)
    for missed in (1, buffer - 1, buffer):
        assert len(ids_after(missed)) == 1
    assert len(ids_after(buffer + 1)) == 2


@pytest.mark.parametrize("preset", PRESETS)
def test_lost_tracks_are_reported_for_a_while(witness: str, preset: str) -> None:
    assert ids_of(witness, "#....#", preset=preset, report_lost=2) == "111..1"
    report = report_of(witness, "#..", {"preset": preset, "report_lost": 1})
    assert [tracks.states.tolist() for tracks in report] == [[1], [2], []]
    assert [tracks.detection_index.tolist() for tracks in report] == [[0], [-1], []]


@pytest.mark.parametrize("preset", PRESETS)
def test_skipped_frames_are_no_misses(witness: str, preset: str) -> None:
    values: Values = {"preset": preset, "track_buffer": 2}
    assert ids_of(witness, "#" + "~" * 50 + "#", **values) == "1" * 52
    assert ids_of(witness, "#.~~~.~~~#", **values) == "1........1"  # two misses, as without them
    assert ids_of(witness, ".#~~#", **values) == "....1"  # a tentative track waits
    assert ids_of(witness, "~~##", **values) == "..11"  # the first frame is the first detected one
    assert ids_of(witness, "#~~#", skipped_frames="silent", **values) == "1..1"
    assert ids_of(witness, "#.~.~#", report_lost=1, **values) == "111..1"


@pytest.mark.parametrize("preset", PRESETS)
def test_coast_moves_on_and_hold_stands(witness: str, preset: str) -> None:
    walk = [frame_of([(10 * step, 20, 30, 60, 0.9, 0)], 1.0) for step in range(6)]
    scene = [*walk, skipped_frame(), skipped_frame()]

    def lefts(skipped_frames: str, box_output: str) -> list[float]:
        values = {"preset": preset, "skipped_frames": skipped_frames, "box_output": box_output}
        report = run(scene, values) if witness == "package" else twin_run(scene, values)
        return [float(tracks.boxes[0, 0]) for tracks in report[5:]]

    for box_output in ("detection", "kalman"):
        last, held, held_again = lefts("hold", box_output)
        assert last == held == held_again
    last, coasted, coasted_again = lefts("coast", "kalman")
    assert 48 < last < 50 < coasted
    assert coasted_again - coasted == pytest.approx(coasted - last, rel=1e-4)


@pytest.mark.parametrize("preset", PRESETS)
def test_ages_count_frames_since_birth(witness: str, preset: str) -> None:
    report = report_of(witness, ".##~.#", {"preset": preset, "report_lost": 5})
    assert [tracks.ages.tolist() for tracks in report] == [[], [], [2], [3], [4], [5]]


def test_smoothed_scores(witness: str) -> None:
    report = report_of(witness, "#-?#", {"score_smoothing": 0.75})
    expected = [0.9, 0.75 * 0.9 + 0.25 * 0.3, -0.1, 0.9]  # an unknown score is no number to mix
    np.testing.assert_allclose([tracks.scores[0] for tracks in report], expected, rtol=1e-6)


def test_classes_that_must_and_need_not_match(witness: str) -> None:
    row = (10, 20, 30, 60, 0.9)
    scene = [frame_of([(*row, kind)], 1.0) for kind in (2, 7, 7, 2)]

    def told(class_aware: bool) -> tuple[list[list[int]], list[list[int]]]:
        values = {"class_aware": class_aware}
        report = run(scene, values) if witness == "package" else twin_run(scene, values)
        rank_of = ranks(report)
        ids = [[rank + 1 for rank in ranked(tracks, rank_of)] for tracks in report]
        return ids, [tracks.classes.tolist() for tracks in report]

    assert told(class_aware=True) == ([[1], [], [2], [1]], [[2], [], [7], [2]])
    assert told(class_aware=False) == ([[1], [1], [1], [1]], [[2], [7], [7], [2]])
