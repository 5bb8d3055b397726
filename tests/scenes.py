"""Random crowds for hypothesis: small, shrinkable, and full of what trackers stumble over.

Whole numbers dominate on purpose: they make equal boxes, equal scores and equal costs, which real
detectors that round their output produce as well.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

# The thresholds themselves and values on both sides of each; -0.1 is DeepStream's "unknown".
SCORES = st.one_of(
    st.sampled_from([0.9, 0.75, 0.61, 0.6, 0.55, 0.5, 0.45, 0.3, 0.1, 0.05, 1.0, 0.0, -0.1]),
    st.floats(0, 1, width=32),
)
SCALES = st.sampled_from([1.0, 1.0, 1.0, 0.125, 1 / 1024, 1000.0, 1e6])


@dataclass(frozen=True)
class SceneFrame:
    """One frame of one stream, as every door takes it.

    Attributes:
        boxes: (N, 4) float32, left, top, width, height.
        scores: (N,) float32.
        classes: (N,) int32.
        detected: False where the detector skipped the frame.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int32]
    detected: bool = True

    def __repr__(self) -> str:
        if not self.detected:
            return "skipped"
        rows = zip(self.boxes.tolist(), self.scores.tolist(), self.classes.tolist(), strict=True)
        return str([(*box, f"score {score:.9g}", f"class {kind}") for box, score, kind in rows])

    def in_order(self, order: Sequence[int]) -> SceneFrame:
        """The same detections in another order."""
        index = np.array(order, int)
        return SceneFrame(self.boxes[index], self.scores[index], self.classes[index], self.detected)


Scene = list[SceneFrame]
Row = tuple[int, int, int, int, float, int]  # left, top, width, height, score, class


class Event(enum.Enum):
    """How a walker's way, or what the detector makes of it, leaves the rule for some frames."""

    MISSED = "missed"
    LOW = "low score"
    RESCORED = "another score"
    DOUBLE = "detected twice"
    CONFUSED = "taken for another class"
    FORWARD = "jumps forward"
    BACK = "jumps back"


@dataclass(frozen=True)
class Spell:
    """An event from an age on, for some frames."""

    event: Event
    age: int
    frames: int
    score: float  # for RESCORED


@dataclass(frozen=True)
class Walker:
    """Someone who crosses the picture."""

    birth: int
    life: int
    box: tuple[int, int, int, int]
    velocity: tuple[int, int]
    wobble: int  # how much the detector's boxes tremble
    score: float
    class_id: int
    spells: list[Spell]

    def rows(self, frame: int) -> list[Row]:
        """The detections of this walker in a frame."""
        age = frame - self.birth
        events = {
            spell.event: spell for spell in self.spells if 0 <= age - spell.age < spell.frames
        }
        if not 0 <= age < self.life or Event.MISSED in events:
            return []
        jumped = 15 * (Event.FORWARD in events) - 40 * (Event.BACK in events)
        left, top, width, height = self.box
        row = (
            left + self.velocity[0] * age + jumped + self.tremble(age, 0),
            top + self.velocity[1] * age + self.tremble(age, 1),
            max(width + self.tremble(age, 2), 1),
            max(height + self.tremble(age, 3), 1),
            self.score_in(events),
            self.class_id + (Event.CONFUSED in events),
        )
        return [row] * (1 + (Event.DOUBLE in events))

    def score_in(self, events: dict[Event, Spell]) -> float:
        if Event.LOW in events:
            return 0.3
        return events[Event.RESCORED].score if Event.RESCORED in events else self.score

    def tremble(self, age: int, edge: int) -> int:
        """Between -2 and 2 pixels, without a pattern that a filter could learn."""
        if self.wobble == 0:
            return 0
        return (age * age * 7 + edge * 11 + age * self.birth) * self.wobble % 5 - 2


SPELLS = st.builds(
    Spell,
    event=st.sampled_from(Event),
    age=st.integers(0, 14),
    frames=st.integers(1, 4),
    score=SCORES,
)
WALKERS = st.builds(
    Walker,
    birth=st.integers(0, 6),
    life=st.integers(1, 18),
    box=st.tuples(
        st.integers(0, 40), st.integers(0, 12), st.integers(1, 24), st.sampled_from([30, 20, 1, 90])
    ),
    velocity=st.tuples(st.integers(-4, 4), st.integers(-2, 2)),
    wobble=st.integers(0, 3),
    score=st.one_of(st.sampled_from([0.9, 0.9, 0.7]), SCORES),
    class_id=st.sampled_from([0, 0, 0, 1, 65534]),
    spells=st.lists(SPELLS, max_size=6),
)


@st.composite
def scenes(draw: st.DrawFn, *, skips: bool = False, most_walkers: int = 8) -> Scene:
    """A scene of up to about 30 frames, at times with empty and (`skips`) undetected ones."""
    least = draw(st.integers(0, most_walkers // 2))
    walkers = draw(st.lists(WALKERS, min_size=least, max_size=most_walkers))
    pauses = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), max_size=2))
    skipped = draw(st.sets(st.integers(0, 24), max_size=8)) if skips else set()
    scale = draw(SCALES)
    length = max((walker.birth + walker.life for walker in walkers), default=2)

    frames = [
        frame_of([row for walker in walkers for row in walker.rows(number)], scale)
        for number in range(length)
    ]
    for start, pause in pauses:  # nobody is seen, longer than short buffers live
        frames[start:start] = [frame_of([], scale)] * pause
    for number in sorted(skipped):
        frames.insert(number, skipped_frame())
    return frames


def frame_of(rows: Sequence[Row], scale: float) -> SceneFrame:
    table = np.array(rows, np.float64).reshape(-1, 6)
    return SceneFrame(
        boxes=(table[:, :4] * scale).astype(np.float32),
        scores=table[:, 4].astype(np.float32),
        classes=table[:, 5].astype(np.int32),
    )


def skipped_frame() -> SceneFrame:
    """A frame that the detector skipped."""
    return replace(frame_of([], 1.0), detected=False)


THRESHOLDS = st.sampled_from([0.1, 0.3, 0.5, 0.55, 0.6, 0.7, 0.75, 0.9])


@st.composite
def settings(draw: st.DrawFn, preset: str) -> dict[str, Any]:
    """Parameters that change the algorithm, each left out as often as not."""
    lower, upper = sorted([draw(THRESHOLDS), draw(THRESHOLDS)])
    given = {
        "track_high_thresh": upper,
        "track_low_thresh": min(lower, upper),
        "new_track_thresh": draw(st.sampled_from([0.3, 0.6, 0.9])),
        "match_thresh": draw(st.sampled_from([0.3, 0.8, 0.9, 1.0])),
        "second_match_thresh": draw(st.sampled_from([0.2, 0.5, 0.9])),
        "tentative_match_thresh": draw(st.sampled_from([0.3, 0.7, 1.0])),
        "duplicate_iou_distance": draw(st.sampled_from([0.0, 0.15, 0.6])),
        "fuse_score": draw(st.booleans()),
        "iou_pixels": draw(st.sampled_from(["continuous", "inclusive"])),
        "class_aware": draw(st.booleans()),
        "track_buffer": draw(st.sampled_from([0, 1, 2, 4, 30])),
        "frame_rate": draw(st.sampled_from([30, 15, 25.0])),
        "skipped_frames": draw(st.sampled_from(["coast", "hold", "silent"])),
        "box_output": draw(st.sampled_from(["detection", "kalman"])),
        "score_smoothing": draw(st.sampled_from([0.0, 0.25, 0.9])),
        "report_tentative": draw(st.booleans()),
        "report_lost": draw(st.sampled_from([0, 1, 3])),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(given))))
    if "track_low_thresh" in chosen:
        chosen.add("track_high_thresh")
    if preset == "reference":
        chosen.discard("class_aware")  # the original knows no classes
    return {"preset": preset, **{name: given[name] for name in sorted(chosen)}}
