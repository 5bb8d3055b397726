"""Hostile numbers: whatever a float32 can hold goes in, and only sane numbers come out."""

from __future__ import annotations

import numpy as np
import pytest
import streamtrack
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.runs import Values, assert_same, run, same_bytes, tracker_of, update
from tests.scenes import Scene, SceneFrame, frame_of, scenes, settings, skipped_frame

SETTINGS = st.sampled_from(["bytetrack", "reference"]).flatmap(settings)
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)

# Every finite float, and more often than by chance those at the edges of what there is.
NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, SMALLEST, -SMALLEST, 1e-38, 1e9, -1e9, LARGEST, -LARGEST]),
    st.floats(-LARGEST, LARGEST, width=32),
)
SIZES = NUMBERS.map(abs).filter(lambda size: size > 0)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, SIZES, SIZES), max_size=4)


@st.composite
def hostile_scenes(draw: st.DrawFn) -> Scene:
    """A few boxes of any numbers at all, each seen in several frames, with skipped ones between."""
    frames = []
    for rows in draw(st.lists(ROWS, min_size=1, max_size=4)):
        frame = SceneFrame(
            np.array(rows, np.float32).reshape(-1, 4),
            np.full(len(rows), 0.9, np.float32),
            np.zeros(len(rows), np.int32),
        )
        frames += [frame] * draw(st.integers(1, 4))
        frames += [skipped_frame()] * draw(st.integers(0, 3))
    return frames


@given(hostile_scenes(), SETTINGS)
def test_any_finite_box_gives_finite_tracks(scene: Scene, values: Values) -> None:
    for tracks in run(scene, {**values, "report_lost": 3}):
        assert np.isfinite(tracks.boxes).all()
        assert (tracks.boxes[:, 2:] >= 0).all()
        assert np.isfinite(tracks.scores).all()


@given(hostile_scenes(), SETTINGS)
def test_corners_are_finite_too(scene: Scene, values: Values) -> None:
    """x1 y1 x2 y2 of the same boxes; where a corner is beyond float32 there is no such input."""
    tracker = streamtrack.MultiStreamTracker(
        streamtrack.Config({**values, "report_lost": 3}), box_format="xyxy"
    )
    for frame in scene:
        left_top, sizes = frame.boxes[:, :2], frame.boxes[:, 2:]
        with np.errstate(over="ignore", invalid="ignore"):
            right_bottom = left_top + sizes
            extent = right_bottom - left_top
        corners = np.hstack([left_top, right_bottom])
        valid = (np.isfinite(extent) & (extent > 0)).all(axis=1)
        tracks = tracker.update(
            "stream",
            corners[valid],
            frame.scores[valid],
            frame.classes[valid],
            detected=frame.detected,
        )
        assert np.isfinite(tracks.boxes).all()


def test_corners_that_move_out_of_what_a_float_holds() -> None:
    tracker = streamtrack.Tracker()
    half = np.float32(LARGEST / 2)
    for left in (0, half / 4, half / 2):
        tracker.update(np.array([[left, 0, left + half * 1.4, half]], np.float32), [0.9])
    for _ in range(9):
        (box,) = tracker.update(detected=False).boxes
        assert np.isfinite(box).all()
        assert box[2] >= box[0]


@given(hostile_scenes())
def test_matched_boxes_come_back_to_the_bit(scene: Scene) -> None:
    for frame, tracks in zip(scene, run(scene, {"report_tentative": True}), strict=True):
        if frame.detected:
            assert same_bytes(tracks.boxes, frame.boxes[tracks.detection_index])


@pytest.mark.parametrize(
    ("box", "score"),
    [
        ([0, 0, 0, 10], 0.9),
        ([0, 0, 10, 0], 0.9),
        ([0, 0, -1, 10], 0.9),
        ([0, 0, 10, -1], 0.9),
        ([np.nan, 0, 10, 10], 0.9),
        ([0, np.inf, 10, 10], 0.9),
        ([0, 0, -np.inf, 10], 0.9),
        ([0, 0, 10, np.nan], 0.9),
        ([0, 0, 10, 10], np.nan),
        ([0, 0, 10, 10], np.inf),
        ([0, 0, 10, 10], -np.inf),
        ([0, 0, 10, 10], 1.0000001),
        ([0, 0, 10, 10], 60.0),
    ],
)
@given(scene=scenes(most_walkers=3), moment=st.integers(0, 20))
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    box: list[float], score: float, scene: Scene, moment: int
) -> None:
    tracker = tracker_of({})
    report = [update(tracker, "stream", frame) for frame in scene[:moment]]
    boxes = np.array([[0, 0, 10, 10], box], np.float32)
    with pytest.raises(ValueError, match="must be"):
        tracker.update("stream", boxes, np.array([0.9, score], np.float32))
    with pytest.raises(ValueError, match="must be"):
        tracker.update_batch(
            {"stream": (boxes[:1], [0.9]), "other": (boxes, np.array([0.9, score], np.float32))}
        )
    report += [update(tracker, "stream", frame) for frame in scene[moment:]]
    assert_same(report, run(scene, {}))


@given(scenes(skips=True), settings("bytetrack"), st.integers(-8, 20))
def test_the_unit_of_length_does_not_matter(scene: Scene, values: Values, power: int) -> None:
    """IoU and the filter know no pixels: twice the numbers give twice the boxes, to the bit."""
    values = {**values, "iou_pixels": "continuous"}
    unit = np.float32(2.0**power)
    scaled = [
        SceneFrame(frame.boxes * unit, frame.scores, frame.classes, frame.detected)
        for frame in scene
    ]
    report, other = run(scene, values), run(scaled, values)
    assert [len(tracks.ids) for tracks in report] == [len(tracks.ids) for tracks in other]
    for tracks, others in zip(report, other, strict=True):
        assert same_bytes(tracks.boxes * unit, others.boxes)
        assert same_bytes(tracks.detection_index, others.detection_index)
        assert same_bytes(tracks.states, others.states)


def trembling_box(frame: int) -> tuple[int, int, int, int, float, int]:
    wobble = frame * 7919 % 5 - 2
    return (1000 + wobble, 500 - wobble, 40 + wobble, 90 - wobble, 0.9, 0)


def test_a_long_life_stays_exact() -> None:
    """30,000 frames of one person: one id, and a filter that still follows within its noise."""
    tracker = tracker_of({"box_output": "kalman"})
    ids: set[int] = set()
    for number in range(30_000):
        frame = frame_of([trembling_box(number)], 1.0)
        tracks = update(tracker, "stream", frame)
        ids |= set(tracks.ids.tolist())
        assert np.abs(tracks.boxes - frame.boxes).max() < 10
    assert len(ids) == 1


@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
def test_a_detector_that_pauses_for_long_leaves_sane_boxes(preset: str) -> None:
    """Someone who went away and grew smaller is predicted for long, but never below nothing."""
    tracker = tracker_of({"preset": preset, "box_output": "kalman"})
    for step in range(10):
        update(tracker, "stream", frame_of([(100, 100, 40 - 2 * step, 90 - 4 * step, 0.9, 0)], 1.0))
    for _ in range(20_000):
        boxes = update(tracker, "stream", skipped_frame()).boxes
        assert boxes.shape == (1, 4)
        assert np.isfinite(boxes).all()
        assert (boxes[:, 2:] >= 0).all()
