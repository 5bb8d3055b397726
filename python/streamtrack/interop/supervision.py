"""supervision: a drop-in for its ByteTrack, which 0.31 removed, and its Detections.

In place of `supervision.ByteTrack(...)` write `streamtrack.interop.supervision.ByteTrack(...)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import Tracks
from streamtrack.config import Config
from streamtrack.interop.libraries import library
from streamtrack.tracker import Tracker

LOCAL_ID = np.uint64(0xFFFFFFFF)  # in `unique` mode: counts from 1 in each tracker


class Detections(Protocol):
    """What is used of `supervision.Detections`."""

    xyxy: NDArray[Any]
    confidence: NDArray[Any] | None
    class_id: NDArray[Any] | None
    tracker_id: NDArray[Any] | None

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any) -> Any: ...


Found = TypeVar("Found", bound=Detections)


class ByteTrack:
    """`supervision.ByteTrack` of version 0.27: the same arguments, methods and meaning.

    Where it differs (a test replays recorded calls of supervision and finds no other difference):

    - An id stands on the detection that the track was matched with. supervision forgot which that
      was and matched the filter's boxes with the detections once more, so that ids could be lost
      or land on a neighbour.
    - A score equal to `track_activation_threshold` counts as high; there it was dropped.
    - Ids have no gaps: there each false alarm burnt one.
    - With `minimum_consecutive_frames` above 1 a track younger than that also matches low scores.
    - The detections that are given stay as they are, and those returned keep their `data` even
      when there are none.
    - Where several assignments are equally good, another of them may be taken.

    Args:
        track_activation_threshold: Scores above it are matched first; a track starts at 0.1 above.
        lost_track_buffer: Frames at 30 frames a second for which a lost track can be found again.
        minimum_matching_threshold: The highest cost of a match, 1 - IoU * score.
        frame_rate: Frames a second.
        minimum_consecutive_frames: Frames in a row, after its first, that an object must be seen
            in before it gets its id.
    """

    def __init__(
        self,
        track_activation_threshold: float = 0.25,
        lost_track_buffer: int = 30,
        minimum_matching_threshold: float = 0.8,
        frame_rate: int = 30,
        minimum_consecutive_frames: int = 1,
    ) -> None:
        self.track_activation_threshold = track_activation_threshold
        self.minimum_matching_threshold = minimum_matching_threshold
        self.minimum_consecutive_frames = minimum_consecutive_frames
        self.max_time_lost = int(frame_rate / 30.0 * lost_track_buffer)
        self.config = Config(
            track_high_thresh=track_activation_threshold,
            track_low_thresh=min(0.1, track_activation_threshold),
            new_track_thresh=min(1.0, track_activation_threshold + 0.1),
            match_thresh=minimum_matching_threshold,
            # supervision forgets a lost track one frame after it has outlived its buffer.
            track_buffer=self.max_time_lost + 1,
            frame_rate=30,
            class_aware=False,
            id_mode="unique",
        )
        self.reset()

    def reset(self) -> None:
        """Forgets all tracks and starts ids at 1 again, as for another video."""
        self._tracker = Tracker(self.config)
        self._patience = _Patience(self.minimum_consecutive_frames, self.max_time_lost + 1)

    def update_with_detections(self, detections: Found) -> Found:
        """Takes the next frame.

        Args:
            detections: With `confidence`; boxes without width or height never get an id.

        Returns:
            Those that belong to a track, in their order, with `tracker_id`.
        """
        boxes, scores, _ = arrays_of(detections)
        finite = np.isfinite(boxes).all(axis=1)
        solid = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        sound = np.flatnonzero(finite & solid)
        tracks = self._tracker.update(boxes[sound], scores[sound])
        numbers = self._patience.numbers((tracks.ids & LOCAL_ID).astype(np.int64))
        shown = numbers > 0
        return _selected(detections, sound[tracks.detection_index[shown]], numbers[shown])


@dataclass
class _Sighting:
    """What is known of a track: how often it was seen without a break, when last, its number."""

    streak: int
    frame: int
    number: int = 0


class _Patience:
    """Shows a track once it was seen often enough without a break, and from then on always."""

    def __init__(self, least: int, buffer: int) -> None:
        self.least, self.buffer = least, buffer
        self._frame, self._shown = 0, 0
        self._known: dict[int, _Sighting] = {}

    def numbers(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """What to show for these ids; 0 for those that must wait."""
        if self.least <= 1:
            return ids
        self._frame += 1
        numbers = [self._number(track_id) for track_id in ids.tolist()]
        oldest = self._frame - self.buffer - 1
        self._known = {i: seen for i, seen in self._known.items() if seen.frame >= oldest}
        return np.array(numbers, np.int64)

    def _number(self, track_id: int) -> int:
        seen = self._known.get(track_id)
        if seen is None:
            # The first frame's tracks are reported at once, later ones when seen a second time.
            seen = self._known[track_id] = _Sighting(int(self._frame > 1), self._frame)
        else:
            seen.streak = seen.streak + 1 if seen.frame == self._frame - 1 else 0
            seen.frame = self._frame
        if not seen.number and seen.streak >= self.least:
            self._shown += 1
            seen.number = self._shown
        return seen.number


def arrays_of(
    detections: Detections,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64] | None]:
    """Boxes, scores and classes of `supervision.Detections`, as trackers take them.

    Examples:
        >>> import streamtrack as st
        >>> import supervision as sv
        >>> found = sv.Detections(np.array([[9.0, 9, 30, 60]]), confidence=np.array([0.9]))
        >>> st.Tracker().update(*arrays_of(found)).boxes.tolist()
        [[9.0, 9.0, 30.0, 60.0]]

    Raises:
        ValueError: The detections have no scores.
    """
    if detections.confidence is None:
        raise ValueError(
            "detections must have confidence, got None; ByteTrack needs the detector's scores"
        )
    boxes = np.asarray(detections.xyxy, np.float32).reshape(-1, 4)
    classes = detections.class_id
    return (
        boxes,
        np.asarray(detections.confidence, np.float32),
        None if classes is None else np.asarray(classes, np.int64),
    )


def with_ids(detections: Found, tracks: Tracks) -> Found:
    """Those of this frame's detections that belong to a track, with `tracker_id`.

    Masks, data and all else stay with them. Predicted boxes are left out: see `detections_of`. Ids
    are int64 there: one of `id_mode: unique` may be negative, and is the track's as uint64.

    Args:
        detections: What the tracker was given (`arrays_of`).
        tracks: What it returned.
    """
    matched = tracks.detection_index >= 0
    return _selected(detections, tracks.detection_index[matched], tracks.ids[matched])


def detections_of(tracks: Tracks, class_names: Mapping[int, str] | None = None) -> Any:
    """Tracks as `supervision.Detections`, the predicted ones included; ids as in `with_ids`.

    Args:
        tracks: Boxes as x1, y1, x2, y2.
        class_names: Goes into `data["class_name"]`, as supervision's annotators read it.
    """
    data: dict[str, Any] = {}
    if class_names is not None:
        names = [class_names.get(class_id, str(class_id)) for class_id in tracks.classes.tolist()]
        data["class_name"] = np.array(names, dtype=str)
    return library("supervision", "detections_of").Detections(
        xyxy=tracks.boxes.copy(),
        confidence=tracks.scores.copy(),
        class_id=tracks.classes.astype(np.int64),
        tracker_id=tracks.ids.astype(np.int64),
        data=data,
    )


def _selected(detections: Found, rows: NDArray[Any], ids: NDArray[Any]) -> Found:
    order = np.argsort(rows, kind="stable")
    chosen: Found = detections[rows[order].astype(np.intp)]
    chosen.tracker_id = ids[order].astype(np.int64)
    return chosen
