"""The package gives the tracks of the twin, which shares no code with it."""

from __future__ import annotations

import hypothesis
import numpy as np
import pytest
import streamtrack
from hypothesis import given, note
from hypothesis import strategies as st

from tests.laws.runs import Values, ranked, ranks, tracker_of, update
from tests.scenes import Scene, SceneFrame, frame_of, scenes, settings
from tests.twin.settings import Settings
from tests.twin.track import Tracks as TwinTracks
from tests.twin.tracker import TwinTracker

TOLERANCE = 1e-6  # of a box's greatest coordinate: what float32 holds, and a little for float64


class Choices:
    """Which detections the package gave to which of the twin's tracks.

    Where several assignments are equally good, any of them is right, and the twin takes the
    package's (after proving that it is one of the best). What is reported hides some of them:
    tentative tracks, and tracks that are matched and then removed as duplicates. A second run that
    reports tentative tracks, and a copy of it for each frame that knows no duplicates, reveal them.
    """

    def __init__(self, values: Values) -> None:
        self.tracker = tracker_of({**values, "report_tentative": True})
        self.without_duplicates = streamtrack.Config(
            {**values, "report_tentative": True, "duplicate_iou_distance": 0}
        )
        self.serial_of: dict[int, int] = {}  # id in the second run -> twin's serial

    def in_frame(self, frame: SceneFrame) -> dict[int, int]:
        """The row of the detection for the twin's tracks, by serial."""
        copy = streamtrack.MultiStreamTracker.__new__(streamtrack.MultiStreamTracker)
        copy.__setstate__({**self.tracker.__getstate__(), "config": self.without_duplicates})
        matched = update(copy, "stream", frame)
        return {
            self.serial_of[int(track)]: int(index)
            for track, index in zip(matched.ids, matched.detection_index, strict=True)
            if int(track) in self.serial_of and index >= 0
        }

    def learn(self, frame: SceneFrame, twin: TwinTracker) -> None:
        """Tracks that began in this frame are the same if they began with the same detection."""
        tracks = update(self.tracker, "stream", frame)
        began = {track.detection_index: track.serial for track in twin.tracks if track.age == 1}
        for track, index in zip(tracks.ids, tracks.detection_index, strict=True):
            if int(track) not in self.serial_of and int(index) in began:
                self.serial_of[int(track)] = began[int(index)]


def run_both(scene: Scene, values: Values) -> tuple[list[streamtrack.Tracks], list[TwinTracks]]:
    tracker, twin, choices = tracker_of(values), TwinTracker(Settings.of(**values)), Choices(values)
    report, twin_report = [], []
    for frame in scene:
        report.append(update(tracker, "stream", frame))
        twin_report.append(
            twin.update(
                frame.boxes,
                frame.scores,
                frame.classes,
                detected=frame.detected,
                claim=choices.in_frame(frame),
            )
        )
        choices.learn(frame, twin)
    return report, twin_report


def assert_equal(report: list[streamtrack.Tracks], twin_report: list[TwinTracks]) -> None:
    rank_of = ranks(report)
    for number, (tracks, twins) in enumerate(zip(report, twin_report, strict=True)):
        note(f"frame {number}: {rows_of(tracks)}\n   twin: {rows_of(twins)}")
        # The twin counts its ids from 1, as the only tracker of a process would.
        assert [rank + 1 for rank in ranked(tracks, rank_of)] == twins.ids.tolist()
        for column in ("classes", "detection_index", "states", "ages"):
            assert getattr(tracks, column).tolist() == getattr(twins, column).tolist(), column
        np.testing.assert_allclose(tracks.scores, twins.scores, rtol=1e-6, atol=1e-7)
        apart = np.abs(tracks.boxes.astype(np.float64) - twins.boxes)
        assert (apart <= TOLERANCE * np.abs(twins.boxes).max(axis=1, keepdims=True)).all()


def rows_of(tracks: streamtrack.Tracks | TwinTracks) -> list[object]:
    columns = (tracks.ids, tracks.detection_index, tracks.states, tracks.boxes)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
@given(scene=scenes(skips=True), data=st.data())
def test_package_equals_twin(preset: str, scene: Scene, data: st.DataObject) -> None:
    values = data.draw(settings(preset))
    assert_equal(*run_both(scene, values))


@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
@given(scene=scenes())
def test_package_equals_twin_with_the_defaults(preset: str, scene: Scene) -> None:
    assert_equal(*run_both(scene, {"preset": preset}))


@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
@given(step=st.integers(2, 40), uneven=st.integers(0, 3))
@hypothesis.settings(max_examples=10)
def test_a_dense_row_on_one_line(preset: str, step: int, uneven: int) -> None:
    """More boxes than have room beside each other, none of them higher than another."""
    frames = [
        [
            (step * k % 400 + 2 * number, 100 + k * uneven % 7, 60, 120, 0.9 - k / 1000, 0)
            for k in range(100)
        ]
        for number in range(2)
    ]
    assert_equal(*run_both([frame_of(rows, 1.0) for rows in frames], {"preset": preset}))
