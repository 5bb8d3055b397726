"""The public trackers: what goes in, what comes out, and what a wrong call leaves behind."""

from __future__ import annotations

import pickle
from typing import Any, Literal

import numpy as np
import pytest
import streamtrack as st

from tests.python.crowds import corners_of, walking_crowd

BOX = np.array([[10, 20, 50, 120]], np.float32)
SCORE = np.array([0.9], np.float32)


def columns(tracks: st.Tracks) -> list[bytes]:
    """Every column's bytes but the ids, which go on from test to test."""
    return [
        column.tobytes()
        for column in (
            tracks.boxes,
            tracks.scores,
            tracks.classes,
            tracks.detection_index,
            tracks.ages,
            tracks.states,
        )
    ]


def test_tracks_have_the_documented_columns() -> None:
    tracks = st.Tracker().update(BOX, SCORE, np.array([7], np.int32))
    assert len(tracks) == 1
    for column, dtype, shape in (
        (tracks.ids, np.uint64, (1,)),
        (tracks.boxes, np.float32, (1, 4)),
        (tracks.scores, np.float32, (1,)),
        (tracks.classes, np.int32, (1,)),
        (tracks.detection_index, np.int32, (1,)),
        (tracks.ages, np.uint32, (1,)),
        (tracks.states, np.uint8, (1,)),
    ):
        assert column.dtype == dtype
        assert column.shape == shape
        assert column.flags.c_contiguous
        assert column.flags.writeable
    assert tracks.boxes.tolist() == BOX.tolist()
    assert tracks.classes.tolist() == [7]
    assert tracks.states.tolist() == [st.TrackState.TRACKED]
    assert tracks.ages.tolist() == [1]


def test_arrays_outlive_their_tracks_and_tracker() -> None:
    tracker = st.Tracker()
    boxes = tracker.update(BOX, SCORE).boxes
    for _ in range(50):
        tracker.update(BOX + 500, SCORE)
    del tracker
    assert boxes.tolist() == BOX.tolist()


def test_tracks_pickle() -> None:
    tracks = st.Tracker().update(BOX, SCORE)
    again = pickle.loads(pickle.dumps(tracks))
    assert again.ids.tolist() == tracks.ids.tolist()
    assert columns(again) == columns(tracks)


def test_the_given_box_comes_back_bit_for_bit() -> None:
    # x2 - x1 + x1 differs from x2 here, so a box that went through left, top, width, height shows.
    box = np.array([[33.3, 0.001, 100.1, 333.3333]], np.float32)
    assert box[0, 0] + (box[0, 2] - box[0, 0]) != box[0, 2]
    assert st.Tracker().update(box, SCORE).boxes.tobytes() == box.tobytes()


def test_corners_and_sizes_are_the_same_boxes() -> None:
    by_corners = st.Tracker(st.Config(box_output="kalman"))
    by_size = st.Tracker(st.Config(box_output="kalman"), box_format="ltwh")
    for boxes, scores in walking_crowd(20, 40):
        corners = corners_of(boxes)
        sizes = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
        first, second = by_corners.update(corners, scores), by_size.update(sizes, scores)
        assert first.detection_index.tolist() == second.detection_index.tolist()
        assert first.boxes.tobytes() == corners_of(second.boxes).tobytes()


def test_detection_index_names_the_row() -> None:
    tracker = st.Tracker(box_format="ltwh")
    matched = 0
    for boxes, scores in walking_crowd(30, 30):
        tracks = tracker.update(boxes, scores)
        matched += len(tracks)
        assert np.array_equal(tracks.boxes, boxes[tracks.detection_index])
        assert np.array_equal(tracks.scores, scores[tracks.detection_index])
        assert np.all(np.diff(tracks.ids.astype(np.int64)) > 0)
    assert matched > 300


def as_given(boxes: Any, scores: Any, classes: Any) -> dict[str, tuple[Any, Any, Any]]:
    """The same detections in every form that NumPy takes."""
    return {
        "float64": (boxes.astype(np.float64), scores.astype(np.float64), classes.astype(np.int64)),
        "lists": (boxes.tolist(), scores.tolist(), classes.tolist()),
        "Fortran order": (np.asfortranarray(boxes), scores, classes),
        "strided": (np.repeat(boxes, 2, axis=0)[::2], np.repeat(scores, 2)[::2], classes),
        "columns": (boxes, scores[:, None], classes[:, None]),
        "float classes": (boxes, scores, classes.astype(np.float32)),
        "unsigned classes": (boxes, scores, classes.astype(np.uint8)),
        "big endian": (boxes.astype(">f4"), scores.astype(">f4"), classes.astype(">i4")),
        "read only": (np.frombuffer(boxes.tobytes(), np.float32).reshape(-1, 4), scores, classes),
    }


@pytest.mark.parametrize("form", list(as_given(BOX, SCORE, np.zeros(1, np.int32))))
def test_every_form_of_array_gives_the_same_tracks(form: str) -> None:
    plain, converted = st.Tracker(), st.Tracker()
    for boxes, scores in walking_crowd(12, 20, seed=3):
        corners = corners_of(boxes)
        classes = np.arange(len(boxes), dtype=np.int32) % 2
        expected = plain.update(corners, scores, classes)
        given = as_given(corners, scores, classes)[form]
        assert columns(converted.update(*given)) == columns(expected)


def test_no_detections_in_every_form() -> None:
    tracker = st.Tracker()
    tracker.update(BOX, SCORE)
    empty: list[Any] = [[], np.zeros((0, 4), np.float32), np.zeros(0), np.zeros((0, 4))]
    for boxes in empty:
        assert len(tracker.update(boxes, [])) == 0
    assert len(tracker.update(BOX, SCORE)) == 1


WRONG: dict[str, tuple[Any, Any, Any, str]] = {
    "percent": (BOX, [60.0], None, r"scores: .*\[0, 1\].*got 60 in row 0; divide percentages"),
    "nan score": (BOX, [np.nan], None, "scores: .*got nan in row 0"),
    "nan box": ([[np.nan, 0, 1, 1]], SCORE, None, "boxes: .*finite, got .* in row 0"),
    "infinite box": ([[0, 0, np.inf, 1]], SCORE, None, "boxes: .*finite, got .* in row 0"),
    "overflowing box": ([[0, 0, 1e300, 1]], SCORE, None, "boxes: .*finite, got .* in row 0"),
    "no width": ([[5, 5, 5, 9]], SCORE, None, "wider and higher than 0.*row 0.*ltwh"),
    "second row": (
        [[0, 0, 1, 1], [9, 9, 3, 10]],
        [0.5, 0.5],
        None,
        "wider and higher .*left 9, top 9, width -6, height 1 in row 1",
    ),
    "flat boxes": ([1, 2, 3, 4], SCORE, None, r"boxes must have shape \(N, 4\), got \(4,\)"),
    "five columns": (np.ones((1, 5)), SCORE, None, r"shape \(N, 4\), got \(1, 5\)"),
    "ragged": ([[0, 0, 1, 1], [0, 0, 1]], [1, 1], None, "rows of different lengths"),
    "too few scores": (np.ones((2, 4)), SCORE, None, r"scores must have shape \(2,\).*got \(1,\)"),
    "too many classes": (BOX, SCORE, [1, 2], r"classes must have shape \(1,\).*got \(2,\)"),
    "half a class": (BOX, SCORE, [0.5], "whole numbers, got 0.5 in row 0"),
    "nan class": (BOX, SCORE, [np.nan], "whole numbers, got nan in row 0"),
    "huge class": (BOX, SCORE, [1 << 40], "fit in 32 bits, got 1099511627776 in row 0"),
    "words": ([["a", "b", "c", "d"]], SCORE, None, "boxes must be numbers"),
    "nothing": (None, None, None, "boxes must be an array.*detected=False"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_call_says_why_and_changes_nothing(name: str) -> None:
    boxes, scores, classes, message = WRONG[name]
    tracker, witness = st.Tracker(), st.Tracker()
    for frame, (good, good_scores) in enumerate(walking_crowd(8, 12, seed=5)):
        if frame % 3 == 2:
            with pytest.raises(ValueError, match=message):
                tracker.update(boxes, scores, classes)
        corners = corners_of(good)
        assert columns(tracker.update(corners, good_scores)) == columns(
            witness.update(corners, good_scores)
        )


def test_a_skipped_frame_counts_no_miss() -> None:
    tracker = st.Tracker(st.Config(track_buffer=3))
    [first] = tracker.update(BOX, SCORE).ids.tolist()
    for _ in range(10):
        tracks = tracker.update(detected=False)
        assert tracks.ids.tolist() == [first]
        assert tracks.detection_index.tolist() == [-1]
    assert tracker.update(BOX, SCORE).ids.tolist() == [first]
    for _ in range(10):
        tracker.update(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
    assert first not in tracker.update(BOX, SCORE).ids.tolist()


def test_a_skipped_frame_has_no_boxes() -> None:
    with pytest.raises(ValueError, match="left out where detected=False.*got 1"):
        st.Tracker().update(BOX, SCORE, detected=False)


def test_timestamps_move_tracks_in_real_time() -> None:
    config = st.Config(motion_time="real", frame_rate=10, box_output="kalman")
    steady, gap = st.Tracker(config), st.Tracker(config)
    for frame in range(20):
        box = BOX + np.float32(4 * frame)
        steady.update(box, SCORE, timestamp=frame / 10)
        gap.update(box, SCORE, timestamp=frame / 10)
    after_one = steady.update(detected=False, timestamp=2.0).boxes[0, 0]
    after_five = gap.update(detected=False, timestamp=2.4).boxes[0, 0]
    assert after_five - after_one == pytest.approx(16, abs=2)  # four more frames of four pixels


@pytest.mark.parametrize(
    ("silence", "stays"), [(0.05, True), (3.0, True), (3.2, False), (900, False)]
)
@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
def test_a_silent_stream_keeps_ids_as_long_as_the_buffer(
    silence: float, stays: bool, preset: Literal["bytetrack", "reference"]
) -> None:
    """A buffer of 90 at 10 frames a second: int(10 / 30 * 90) frames may be missing, 3 seconds.

    One more in the reference preset, and half of one since clocks do not tick in whole frames.
    """
    config = st.Config(preset=preset, motion_time="real", frame_rate=10, track_buffer=90)
    tracker = st.Tracker(config)
    for frame in range(10):
        tracks = tracker.update(BOX, SCORE, timestamp=frame / 10)
    (before,) = tracks.ids.tolist()
    for frame in range(3):
        tracks = tracker.update(BOX, SCORE, timestamp=0.9 + 0.1 + silence + frame / 10)
    assert (tracks.ids.tolist() == [before]) is stays


@pytest.mark.parametrize("timestamp", [np.inf, -np.inf])
def test_a_timestamp_is_finite(timestamp: float) -> None:
    with pytest.raises(ValueError, match="timestamp must be finite"):
        st.Tracker().update(BOX, SCORE, timestamp=timestamp)


def test_a_pickled_tracker_goes_on_where_it_was() -> None:
    crowd = [(corners_of(boxes), scores) for boxes, scores in walking_crowd(15, 40, seed=9)]
    tracker = st.Tracker(st.Config(track_high_thresh=0.6))
    known: set[int] = set()
    for boxes, scores in crowd[:20]:
        known.update(tracker.update(boxes, scores).ids.tolist())
    again = pickle.loads(pickle.dumps(tracker))
    assert again.config == tracker.config
    kept = 0
    for boxes, scores in crowd[20:]:
        expected, tracks = tracker.update(boxes, scores), again.update(boxes, scores)
        assert columns(tracks) == columns(expected)
        for mine, other in zip(tracks.ids.tolist(), expected.ids.tolist(), strict=True):
            kept += mine == other
            assert (mine == other) == (mine in known or other in known)
    assert kept > 100


def test_unpickling_moves_the_ids_on() -> None:
    tracker = st.Tracker()
    tracker.update(BOX, SCORE)
    state = pickle.dumps(tracker)
    [taken] = tracker.update(BOX, SCORE).ids.tolist()
    restored = pickle.loads(state)
    assert st.Tracker().update(BOX, SCORE).ids.tolist()[0] > taken
    assert restored.update(BOX, SCORE).ids.tolist() == [taken]


def test_reset_forgets_the_tracks_but_not_the_ids() -> None:
    tracker = st.Tracker()
    [first] = tracker.update(BOX, SCORE).ids.tolist()
    tracker.reset()
    [second] = tracker.update(BOX, SCORE).ids.tolist()
    assert second > first


def test_a_hundred_thousand_detections_in_a_frame() -> None:
    random = np.random.default_rng(0)
    corner = random.uniform(0, 100_000, (100_000, 2)).astype(np.float32)
    boxes = np.hstack([corner, corner + np.float32(20)])
    scores = np.full(len(boxes), 0.9, np.float32)
    tracker = st.Tracker(st.Config(duplicate_iou_distance=0))
    first, second = tracker.update(boxes, scores), tracker.update(boxes, scores)
    assert len(first) == len(second) == 100_000
    assert np.array_equal(np.sort(first.ids), np.sort(second.ids))


def test_repr_says_what_it_is() -> None:
    tracker = st.Tracker(st.Config(track_high_thresh=0.7))
    assert repr(tracker) == "Tracker(Config(track_high_thresh=0.7))"
    assert "1 tracks" in repr(tracker.update(BOX, SCORE))
