"""The drop-in for supervision's ByteTrack against recorded calls of supervision 0.27.

The records are made by record_supervision.py. Each difference has its reason shown: put into
supervision's ways, which the drop-in's documentation names, our tracker gives the very same ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamtrack as st
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from streamtrack.interop.supervision import ByteTrack

from tests.twin.settings import Settings
from tests.twin.track import LOST, TENTATIVE, TRACKED, Detection, Track
from tests.twin.tracker import TwinTracker

RECORDS = Path(__file__).with_name("data") / "supervision_027.npz"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "crowd": {},
    "high threshold": {"track_activation_threshold": 0.6},
    "strict matching": {"minimum_matching_threshold": 0.5},
    "short buffer": {"lost_track_buffer": 6, "frame_rate": 15},
    "long buffer": {"lost_track_buffer": 90, "frame_rate": 25},
    "coarse": {},
    "interrupted": {},
    "three in a crowd": {"minimum_consecutive_frames": 3},
    "doubles": {},
    "reset": {},
    "three in a row": {"minimum_consecutive_frames": 3},
}
RESET_AT = {"reset": 40}
Given = dict[int, int]  # from a detection's row to its id


@dataclass
class Seen:
    """Stands in for supervision.Detections: as much as the drop-in touches."""

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32] | None
    class_id: NDArray[np.int64] | None = None
    tracker_id: NDArray[np.int64] | None = None
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, index: Any) -> Seen:
        assert self.confidence is not None
        return Seen(self.xyxy[index], self.confidence[index], rows=self.rows[index])

    @property
    def given(self) -> Given:
        assert self.tracker_id is not None
        return dict(zip(self.rows.tolist(), self.tracker_id.tolist(), strict=True))


@dataclass
class Recorded:
    seen: Seen
    given: Given


@cache
def recorded(name: str) -> list[Recorded]:
    with np.load(RECORDS) as records:
        rows = records[name].astype(np.float64)
    frames = []
    for number in range(int(rows[:, 0].max()) + 1):
        of_frame = rows[rows[:, 0] == number]
        boxes = (of_frame[:, 1:5] / 10).astype(np.float32)
        scores = (of_frame[:, 5] / 100).astype(np.float32)
        ids = of_frame[:, 6].astype(int).tolist()
        seen = Seen(boxes, scores, rows=np.arange(len(of_frame)))
        frames.append(Recorded(seen, {row: i for row, i in enumerate(ids) if i >= 0}))
    return frames


def replayed(name: str) -> list[Given]:
    tracker = ByteTrack(**ARGUMENTS[name])
    given = []
    for number, frame in enumerate(recorded(name)):
        if RESET_AT.get(name) == number:
            tracker.reset()
        given.append(tracker.update_with_detections(frame.seen).given)
    return given


Step = Callable[[Seen], tuple[NDArray[np.float32], list[int]]]  # boxes of the filter, and ids


def with_supervisions_ways(name: str, start: Callable[[], Step]) -> list[Given]:
    """What supervision would have made of a tracker's boxes.

    Scores equal to the threshold are in neither of its bands. It forgets which detection a track
    was matched with and brings ids back to detections by the filter's boxes: the assignment of
    least cost over all detections, nothing under an IoU of 0.5.
    """
    threshold = np.float32(ARGUMENTS[name].get("track_activation_threshold", 0.25))
    step = start()
    given = []
    for number, frame in enumerate(recorded(name)):
        if RESET_AT.get(name) == number:
            step = start()
        assert frame.seen.confidence is not None
        boxes, ids = step(frame.seen[frame.seen.confidence != threshold])
        cost = 1 - iou(frame.seen.xyxy.astype(float), boxes.astype(float))
        cost[cost > 0.5] = 0.5 + 1e-4
        pairs = zip(*linear_sum_assignment(cost), strict=True)
        given.append({int(row): ids[column] for row, column in pairs if cost[row, column] <= 0.5})
    return given


def our_tracker(name: str) -> Callable[[], Step]:
    def start() -> Step:
        config = ByteTrack(**ARGUMENTS[name]).config.override({"box_output": "kalman"})
        tracker = st.Tracker(config)

        def step(seen: Seen) -> tuple[NDArray[np.float32], list[int]]:
            tracks = tracker.update(seen.xyxy, seen.confidence)
            return tracks.boxes, tracks.ids.tolist()

        return step

    return start


class PatientTwin(TwinTracker):
    """The NumPy twin with supervision's rule for minimum_consecutive_frames above 1: a track stays
    tentative until it was matched so often, and ends at its first miss before that."""

    def __init__(self, settings: Settings, least: int) -> None:
        super().__init__(settings)
        self.least = least
        self.streaks: dict[int, int] = {}  # by serial
        self.shown: set[int] = set()

    def take(self, track: Track, detection: Detection) -> None:
        before = track.state
        super().take(track, detection)
        streak = 0 if before == LOST else self.streaks.get(track.serial, 0) + 1
        self.streaks[track.serial] = streak
        if streak >= self.least:
            self.shown.add(track.serial)
        elif before == TENTATIVE:
            track.state = TENTATIVE

    def match_tentative(self, tentative: list[Track], high: list[Detection]) -> list[Detection]:
        cost = self.cost(tentative, high, fused=True)
        left = self.match(tentative, high, cost, self.settings.tentative_match_thresh)
        self.remove([track for track in tentative if track.last_frame < self.frame])
        return left


def patient_twin(name: str) -> Callable[[], Step]:
    def start() -> Step:
        settings = Settings(
            track_high_thresh=0.25, new_track_thresh=0.35, track_buffer=31, class_aware=False
        )
        twin = PatientTwin(settings, ARGUMENTS[name]["minimum_consecutive_frames"])

        def step(seen: Seen) -> tuple[NDArray[np.float32], list[int]]:
            sides = seen.xyxy.copy()
            sides[:, 2:] -= sides[:, :2]
            twin.update(sides, seen.confidence if seen.confidence is not None else [])
            tracks = [t for t in twin.in_state(TRACKED) if t.serial in twin.shown]
            boxes = np.array([t.predicted_box for t in tracks], np.float32).reshape(-1, 4)
            boxes[:, 2:] += boxes[:, :2]
            return boxes, [t.serial + 1 for t in tracks]

        return step

    return start


def iou(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    areas = [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in (boxes, others)]
    union = areas[0][:, None] + areas[1][None] - shared
    return np.asarray(shared / union)


def renamed(ours: list[Given], theirs: list[Given], reset_at: int | None = None) -> list[Given]:
    """Our ids in their names; an id without a partner gets a name that they do not use."""
    names: dict[int, int] = {}
    taken: set[int] = set()
    result = []
    for number, (own, other) in enumerate(zip(ours, theirs, strict=True)):
        if number == reset_at:
            names, taken = {}, set()
        for row, track_id in own.items():
            if track_id not in names and other.get(row, -1) not in taken | {-1}:
                names[track_id] = other[row]
                taken.add(other[row])
        result.append({row: names.get(track_id, -track_id) for row, track_id in own.items()})
    return result


def differences(ours: list[Given], theirs: list[Given]) -> int:
    """Detections that have an id on one side only, or another one."""
    return sum(
        own.get(row) != other.get(row)
        for own, other in zip(ours, theirs, strict=True)
        for row in own.keys() | other.keys()
    )


def theirs_of(name: str) -> list[Given]:
    return [frame.given for frame in recorded(name)]


@pytest.mark.parametrize("name", [name for name in ARGUMENTS if not name.startswith("three")])
def test_in_supervisions_ways_every_id_stands_where_it_stood(name: str) -> None:
    ours = with_supervisions_ways(name, our_tracker(name))
    theirs = theirs_of(name)
    assert renamed(ours, theirs, RESET_AT.get(name)) == theirs
    assert sum(map(len, theirs)) > 400


@pytest.mark.parametrize("name", ["three in a row", "three in a crowd"])
def test_with_three_in_a_row_young_tracks_make_the_difference(name: str) -> None:
    """The rule of supervision for them, put into our twin, leaves no difference."""
    theirs = theirs_of(name)
    assert renamed(with_supervisions_ways(name, patient_twin(name)), theirs) == theirs


def test_the_drop_in_itself_is_the_same_but_for_those_ways() -> None:
    """Where no score equals the threshold and no box has a double, nothing differs at all."""
    share = {}
    for name in ARGUMENTS:
        theirs = theirs_of(name)
        ours = renamed(replayed(name), theirs, RESET_AT.get(name))
        share[name] = differences(ours, theirs) / sum(map(len, theirs))
    same = ["defaults", "crowd", "strict matching", "long buffer", "coarse", "interrupted", "reset"]
    assert [share[name] for name in same] == [0] * len(same)
    assert 0 < share["high threshold"] < 0.005, "a score of 0.6 was dropped there"
    assert 0 < share["doubles"] < 0.01, "an id landed on the double there"
    assert 0 < share["three in a crowd"] < 0.05, "young tracks matched low scores here"


def test_ids_start_at_1_have_no_gaps_and_start_again_after_reset() -> None:
    ids: list[int] = []
    given = replayed("reset")
    for part in (given[:40], given[40:]):
        ids = sorted({track_id for frame in part for track_id in frame.values()})
        assert ids == list(range(1, len(ids) + 1))
    assert len(ids) > 3
