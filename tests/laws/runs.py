"""Runs scenes through the package and compares what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import streamtrack as st
from numpy.typing import NDArray

from tests.scenes import Scene, SceneFrame

Values = Mapping[str, Any]
Ranks = dict[int, int]
FrameArrays = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]] | None

COLUMNS = ("boxes", "scores", "classes", "detection_index", "states", "ages")


def tracker_of(values: Values, threads: int = 1) -> st.MultiStreamTracker:
    return st.MultiStreamTracker(st.Config(dict(values)), box_format="ltwh", threads=threads)


def update(
    tracker: st.MultiStreamTracker, name: str, frame: SceneFrame, timestamp: float | None = None
) -> st.Tracks:
    return tracker.update(
        name,
        frame.boxes,
        frame.scores,
        frame.classes,
        detected=frame.detected,
        timestamp=timestamp,
    )


def arrays_of(frame: SceneFrame) -> FrameArrays:
    """The frame as update_batch takes it."""
    return (frame.boxes, frame.scores, frame.classes) if frame.detected else None


def run(scene: Scene, values: Values, name: str = "stream") -> list[st.Tracks]:
    """The scene alone in a tracker of its own."""
    tracker = tracker_of(values)
    return [update(tracker, name, frame) for frame in scene]


class HasIds(Protocol):
    @property
    def ids(self) -> NDArray[np.uint64]: ...


def ranks(report: Iterable[HasIds]) -> Ranks:
    """Ids by their rank: trackers share one counter, so runs are equal up to its start."""
    ids = sorted({int(track) for tracks in report for track in tracks.ids})
    return {track: rank for rank, track in enumerate(ids)}


def ranked(tracks: HasIds, rank_of: Ranks) -> list[int]:
    return [rank_of[int(track)] for track in tracks.ids]


def assert_same(report: Sequence[st.Tracks], other: Sequence[st.Tracks]) -> None:
    """Both runs gave the same bytes in every frame, ids up to the counter's start."""
    rank_of, other_rank_of = ranks(report), ranks(other)
    assert len(report) == len(other)
    for number, (tracks, others) in enumerate(zip(report, other, strict=True)):
        assert ranked(tracks, rank_of) == ranked(others, other_rank_of), f"ids of frame {number}"
        for column in COLUMNS:
            mine, theirs = getattr(tracks, column), getattr(others, column)
            assert same_bytes(mine, theirs), f"{column} of frame {number}: {mine} and {theirs}"


def same_bytes(array: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    return (array.dtype, array.shape, array.tobytes()) == (
        other.dtype,
        other.shape,
        other.tobytes(),
    )
