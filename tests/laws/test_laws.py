"""The laws of a tracker for many streams, on generated scenes."""

from __future__ import annotations

import pickle

import hypothesis
import numpy as np
import streamtrack
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.runs import (
    Values,
    arrays_of,
    assert_same,
    ranked,
    ranks,
    run,
    tracker_of,
    update,
)
from tests.scenes import Scene, frame_of, scenes, settings, skipped_frame

SETTINGS = st.sampled_from(["bytetrack", "reference"]).flatmap(settings)
SEVERAL = st.lists(scenes(skips=True, most_walkers=4), min_size=1, max_size=4)


def together(several: list[Scene], values: Values) -> list[list[streamtrack.Tracks]]:
    """All scenes as streams of one tracker, frame by frame in turn, one update a frame."""
    tracker = tracker_of(values)
    reports: list[list[streamtrack.Tracks]] = [[] for _ in several]
    for number in range(max(map(len, several))):
        for stream, scene in enumerate(several):
            if number < len(scene):
                reports[stream].append(update(tracker, f"stream {stream}", scene[number]))
    return reports


def in_batches(
    several: list[Scene], values: Values, threads: int
) -> list[list[streamtrack.Tracks]]:
    """The same by update_batch: all streams that still have a frame are one batch."""
    tracker = tracker_of(values, threads)
    reports: list[list[streamtrack.Tracks]] = [[] for _ in several]
    for number in range(max(map(len, several))):
        batch = {
            stream: arrays_of(frame)
            for stream, scene in enumerate(several)
            for frame in scene[number : number + 1]
        }
        for stream, tracks in tracker.update_batch(batch).items():
            reports[stream].append(tracks)
    return reports


@given(SEVERAL, SETTINGS)
def test_ids_are_unique_and_never_reused(several: list[Scene], values: Values) -> None:
    seen: set[int] = set()
    for report in together(several, values):
        births: dict[int, int] = {}
        for number, tracks in enumerate(report):
            ids = [int(track) for track in tracks.ids]
            assert ids == sorted(set(ids))
            assert all(0 < track < 2**64 - 1 for track in ids)
            for track, age in zip(ids, tracks.ages, strict=True):
                # Another object under an old id would have begun at another time.
                assert births.setdefault(track, number - int(age)) == number - int(age)
        assert list(births) == sorted(births), "ids must rise in the order of first reports"
        assert seen.isdisjoint(births)
        seen |= births.keys()
    if seen:
        assert sorted(seen) == list(range(min(seen), max(seen) + 1)), "ids must leave no gaps"


@given(SEVERAL, SETTINGS)
def test_streams_do_not_affect_each_other(several: list[Scene], values: Values) -> None:
    for scene, report in zip(several, together(several, values), strict=True):
        assert_same(report, run(scene, values))


@given(scenes(skips=True), SETTINGS, st.data())
def test_order_of_detections_does_not_matter(
    scene: Scene, values: Values, data: st.DataObject
) -> None:
    orders = [data.draw(st.permutations(range(len(frame.boxes)))) for frame in scene]
    shuffled = [frame.in_order(order) for frame, order in zip(scene, orders, strict=True)]
    report, other = run(scene, values), run(shuffled, values)
    rank_of, other_rank_of = ranks(report), ranks(other)
    for frame, order, tracks, others in zip(scene, orders, report, other, strict=True):
        assert ranked(tracks, rank_of) == ranked(others, other_rank_of)
        for column in ("boxes", "scores", "classes", "states", "ages"):
            np.testing.assert_array_equal(getattr(tracks, column), getattr(others, column))
        # The same detections, though twins among them may have changed places.
        in_order = np.array([*order, -1])[others.detection_index]
        assert ((in_order < 0) == (tracks.detection_index < 0)).all()
        for column in ("boxes", "scores", "classes"):
            given_rows = getattr(frame, column)
            taken, taken_in_order = (
                given_rows[index[index >= 0]] for index in (tracks.detection_index, in_order)
            )
            np.testing.assert_array_equal(taken, taken_in_order)


@given(SEVERAL, SETTINGS, st.integers(2, 8))
def test_a_batch_equals_one_by_one_with_any_number_of_threads(
    several: list[Scene], values: Values, threads: int
) -> None:
    expected = [tracks for report in together(several, values) for tracks in report]
    for count in (1, threads, 0):
        batched = [tracks for report in in_batches(several, values, count) for tracks in report]
        assert_same(batched, expected)


@given(st.lists(scenes(skips=True), min_size=2, max_size=4), SETTINGS)
@hypothesis.settings(max_examples=8)
def test_threads_that_share_a_large_batch_change_nothing(
    several: list[Scene], values: Values
) -> None:
    """As many streams as it takes to have some 2,000 detections a frame: work worth threads."""
    busiest = sum(max((len(frame.boxes) for frame in scene), default=0) for scene in several)
    many = several * min(2000 // max(busiest, 1), 200)
    expected = [tracks for report in together(many, values) for tracks in report]
    for count in (2, 5, 0):
        batched = [tracks for report in in_batches(many, values, count) for tracks in report]
        assert_same(batched, expected)


@given(SEVERAL, SETTINGS, st.data())
def test_a_batch_may_hold_any_of_the_streams(
    several: list[Scene], values: Values, data: st.DataObject
) -> None:
    tracker = tracker_of(values, threads=2)
    waiting = {str(number): list(scene) for number, scene in enumerate(several) if scene}
    reports: dict[str, list[streamtrack.Tracks]] = {name: [] for name in waiting}
    assert tracker.update_batch({}) == {}
    while waiting:
        chosen = data.draw(st.lists(st.sampled_from(sorted(waiting)), min_size=1, unique=True))
        due = {name: waiting[name].pop(0) for name in chosen}
        batch = {name: arrays_of(frame) for name, frame in due.items()}
        for name, tracks in tracker.update_batch(batch).items():
            reports[name].append(tracks)
        waiting = {name: frames for name, frames in waiting.items() if frames}
    for name, report in reports.items():
        assert_same(report, run(several[int(name)], values))


@given(scenes(skips=True), scenes(skips=True), scenes(most_walkers=3), SETTINGS)
def test_a_removed_stream_begins_anew(
    before: Scene, after: Scene, neighbour: Scene, values: Values
) -> None:
    tracker = tracker_of(values)
    half = len(neighbour) // 2
    neighbour_report = [update(tracker, "neighbour", frame) for frame in neighbour[:half]]
    old = [update(tracker, "stream", frame) for frame in before]
    tracker.remove_stream("stream")
    neighbour_report += [update(tracker, "neighbour", frame) for frame in neighbour[half:]]
    new = [update(tracker, "stream", frame) for frame in after]

    assert_same(new, run(after, values))
    assert_same(neighbour_report, run(neighbour, values))
    assert ranks(old).keys().isdisjoint(ranks(new))


@given(scenes(skips=True), SETTINGS, st.integers(0, 30))
def test_a_pickled_tracker_goes_on_as_if_nothing_had_happened(
    scene: Scene, values: Values, moment: int
) -> None:
    tracker = tracker_of(values)
    report = [update(tracker, "stream", frame) for frame in scene[:moment]]
    tracker = pickle.loads(pickle.dumps(tracker))
    report += [update(tracker, "stream", frame) for frame in scene[moment:]]
    assert_same(report, run(scene, values))


@given(scenes(), SETTINGS)
def test_empty_frames_age_every_track_until_it_is_over(scene: Scene, values: Values) -> None:
    tracker = tracker_of({**values, "report_lost": 1000})
    last = [update(tracker, "stream", frame) for frame in scene][-1]
    held = {int(track) for track in last.ids[last.states == streamtrack.TrackState.TRACKED]}
    buffer = int(values.get("frame_rate", 30) / 30 * values.get("track_buffer", 30))
    is_reference = values["preset"] == "reference"  # one frame more, as the original counts
    longest = max(buffer, 1) + 1 if is_reference else buffer
    for missed in range(1, longest + 2):
        tracks = update(tracker, "stream", frame_of([], 1.0))
        assert (tracks.states == streamtrack.TrackState.LOST).all()
        assert (tracks.detection_index == -1).all()
        ages = dict(zip(last.ids.tolist(), last.ages.tolist(), strict=True))
        assert all(
            age == ages[track] + 1 for track, age in zip(tracks.ids, tracks.ages, strict=True)
        )
        if missed <= buffer and not is_reference:
            assert held <= set(tracks.ids.tolist())
        last = tracks
    assert len(last.ids) == 0


@given(scenes(), SETTINGS, st.integers(1, 40))
def test_skipped_frames_keep_every_track(scene: Scene, values: Values, pause: int) -> None:
    """A detector that pauses reveals nothing: no track is lost, found, started or removed."""
    tracker = tracker_of(values)
    before = [update(tracker, "stream", frame) for frame in scene]
    during = [update(tracker, "stream", skipped_frame()) for _ in range(pause)]
    shown = before[-1].ids[before[-1].states != streamtrack.TrackState.TENTATIVE]
    for tracks in during:
        assert (tracks.detection_index == -1).all()
        if values.get("skipped_frames") == "silent":
            assert len(tracks.ids) == 0
        else:
            np.testing.assert_array_equal(tracks.ids, shown)


@given(scenes(), SETTINGS.map(lambda values: {**values, "skipped_frames": "silent"}))
def test_skipped_frames_before_the_first_detection_change_nothing(
    scene: Scene, values: Values
) -> None:
    waited = run([skipped_frame()] * 3 + scene, values)
    assert all(len(tracks.ids) == 0 for tracks in waited[:3])
    assert_same(waited[3:], run(scene, values))


@given(scenes(skips=True), SETTINGS, st.sampled_from([8, 32]))
def test_a_steady_clock_equals_counting_frames(
    scene: Scene, values: Values, frame_rate: int
) -> None:
    """Frame rates whose timestamps are exact, so that the result must be as well."""
    values = {**values, "frame_rate": frame_rate}
    tracker = tracker_of({**values, "motion_time": "real"})
    report = [
        update(tracker, "stream", frame, timestamp=1.7e9 + number / frame_rate)
        for number, frame in enumerate(scene)
    ]
    assert_same(report, run(scene, values))
