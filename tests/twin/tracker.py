"""ByteTrack for one stream, one step a function."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.twin import motion
from tests.twin.association import assign, iou
from tests.twin.settings import Settings
from tests.twin.track import (
    LOST,
    TENTATIVE,
    TRACKED,
    Detection,
    Track,
    Tracks,
    detections_of,
    report,
)

Claim = Mapping[int, int]


class TwinTracker:
    """One stream. Trackers that share `ids` number their tracks together."""

    def __init__(self, settings: Settings, ids: Iterator[int] | None = None) -> None:
        self.settings = settings
        self.ids = itertools.count(1) if ids is None else ids
        self.serials = itertools.count()
        self.frame = 0  # frames with detection so far
        self.tracks: list[Track] = []  # in order of birth
        self.claim: Claim = {}

    def update(
        self,
        boxes: ArrayLike,
        scores: ArrayLike,
        classes: ArrayLike | None = None,
        *,
        detected: bool = True,
        claim: Claim | None = None,
    ) -> Tracks:
        """Takes one frame.

        Args:
            boxes: (N, 4) left, top, width, height in pixels; used as float32.
            scores: (N,) in [0, 1], below 0 for unknown; used as float32.
            classes: (N,) class ids, or None for all 0.
            detected: False where the detector skipped the frame.
            claim: which detection (its row) another tracker gave to which track (its serial);
                followed where several assignments are optimal, and only there.

        Returns:
            The tracks to report, sorted by id.
        """
        self.claim = {} if claim is None else claim
        for track in self.tracks:
            track.age += 1
            track.detection_index = -1
        if not detected:
            self.predict(self.in_state(TRACKED, LOST))
            return self.report_skipped()

        self.frame += 1
        high, low = self.bands(detections_of(boxes, scores, classes))
        already_expired = [track for track in self.tracks if track.expired]
        previously_lost = self.in_state(LOST)
        tentative = self.in_state(TENTATIVE)

        self.predict(self.in_state(TRACKED, LOST))
        high = self.match_first(high)
        newly_lost = self.match_second(low)
        high = self.match_tentative(tentative, high)
        self.start(high)
        if self.settings.is_reference:
            self.expire_as_original(previously_lost, newly_lost, already_expired)
        else:
            self.expire(previously_lost + newly_lost)
        self.remove_duplicates()
        return self.report_detected()

    def in_state(self, *states: int) -> list[Track]:
        return [track for track in self.tracks if track.state in states]

    # Step 1: the two bands of scores.
    def bands(self, detections: list[Detection]) -> tuple[list[Detection], list[Detection]]:
        upper = np.float32(self.settings.track_high_thresh)
        lower = np.float32(self.settings.track_low_thresh)

        def is_high(detection: Detection) -> bool:
            reaches = detection.score == upper and not self.settings.is_reference
            return bool(detection.score > upper or reaches or detection.score < 0)

        def is_low(detection: Detection) -> bool:
            return bool(lower < detection.score < upper)

        return list(filter(is_high, detections)), list(filter(is_low, detections))

    # Step 2: where confirmed and lost tracks should be now.
    def predict(self, tracks: Sequence[Track]) -> None:
        for track in tracks:
            before = track.motion if track.state == TRACKED else motion.hold_height(track.motion)
            track.motion = motion.predict(before)

    # Step 3: tracked and lost tracks against high detections.
    def match_first(self, high: list[Detection]) -> list[Detection]:
        tracks = self.in_state(TRACKED, LOST)
        cost = self.cost(tracks, high, fused=True)
        return self.match(tracks, high, cost, self.settings.match_thresh)

    # Step 4: tracks still tracked and unmatched against low detections; the rest becomes lost.
    def match_second(self, low: list[Detection]) -> list[Track]:
        tracks = [track for track in self.in_state(TRACKED) if track.last_frame < self.frame]
        cost = self.cost(tracks, low, fused=False)
        self.match(tracks, low, cost, self.settings.second_match_thresh)
        newly_lost = [track for track in tracks if track.last_frame < self.frame]
        for track in newly_lost:
            track.state = LOST
        return newly_lost

    # Step 5: tentative tracks against the high detections left; they are confirmed or removed.
    def match_tentative(self, tentative: list[Track], high: list[Detection]) -> list[Detection]:
        cost = self.cost(tentative, high, fused=True)
        left = self.match(tentative, high, cost, self.settings.tentative_match_thresh)
        self.remove([track for track in tentative if track.state == TENTATIVE])
        return left

    # Step 6: what is left starts tracks, confirmed at once in the stream's first frame.
    def start(self, high: list[Detection]) -> None:
        threshold = np.float32(self.settings.start_thresh)
        for detection in high:
            if detection.weight >= threshold:
                self.tracks.append(
                    Track(
                        serial=next(self.serials),
                        motion=motion.start(detection.box),
                        last_detection=detection,
                        score=float(detection.score),
                        state=TRACKED if self.frame == 1 else TENTATIVE,
                        first_frame=self.frame,
                        last_frame=self.frame,
                        detection_index=detection.index,
                    )
                )

    # Step 7: lost tracks older than the buffer are removed.
    def expire(self, lost: list[Track]) -> None:
        self.remove([track for track in lost if self.is_too_old(track)])

    def expire_as_original(
        self, previously_lost: list[Track], newly_lost: list[Track], already_expired: list[Track]
    ) -> None:
        """As the original does it: what expires now is marked, and dropped with the next miss."""
        still_lost = [track for track in previously_lost if track.state == LOST]
        self.remove([track for track in still_lost + newly_lost if track in already_expired])
        for track in still_lost:
            track.expired = track.expired or self.is_too_old(track)

    def is_too_old(self, track: Track) -> bool:
        return track.state == LOST and self.frame - track.last_frame > self.settings.buffer

    # Step 8: of a tracked and a lost track in one place the longer one stays.
    def remove_duplicates(self) -> None:
        tracked, lost = self.in_state(TRACKED, TENTATIVE), self.in_state(LOST)
        distance = self.distance(tracked, lost)
        duplicates = []
        for row, column in np.argwhere(distance < self.settings.duplicate_iou_distance):
            longer = tracked[row].lifetime > lost[column].lifetime
            duplicates.append(lost[column] if longer else tracked[row])
        self.remove(duplicates)

    # Step 9: the output.
    def report_detected(self) -> Tracks:
        tracked = self.in_state(TRACKED)
        tentative = self.in_state(TENTATIVE) if self.settings.report_tentative else []
        for track in tracked + tentative:
            own = self.settings.box_output == "detection"
            track.shown_box = track.last_detection.box if own else track.visible_box
        return self.numbered(tracked + tentative + self.reported_lost())

    def report_skipped(self) -> Tracks:
        """A frame without detection: `coast` and `hold` go on with the boxes, `silent` does not."""
        if self.settings.skipped_frames == "silent":
            return self.numbered([])
        tracked = self.in_state(TRACKED)
        if self.settings.skipped_frames == "coast":
            for track in tracked:
                track.shown_box = track.visible_box
        return self.numbered(tracked + self.reported_lost())

    def reported_lost(self) -> list[Track]:
        """Lost tracks that go on being reported for a while, where they are predicted."""
        longest = self.settings.report_lost
        lost = [track for track in self.in_state(LOST) if self.frame - track.last_frame <= longest]
        for track in lost:
            track.shown_box = track.visible_box
        return lost

    def numbered(self, tracks: list[Track]) -> Tracks:
        """Tracks that are reported for the first time take their ids, in order of birth."""
        for track in sorted(tracks, key=lambda track: track.serial):
            if track.id == 0:
                track.id = next(self.ids)
        return report(tracks)

    # Costs and matching.
    def cost(
        self, tracks: list[Track], detections: list[Detection], *, fused: bool
    ) -> NDArray[np.float64]:
        boxes = np.array([detection.box for detection in detections], np.float64)
        similarity = iou(predicted_boxes(tracks), boxes.reshape(-1, 4), self.settings.pixel)
        if fused and self.settings.fuse_score:
            similarity = similarity * [detection.weight for detection in detections]
        return self.without_other_classes(1 - similarity, tracks, detections)

    def distance(self, tracks: list[Track], others: list[Track]) -> NDArray[np.float64]:
        similarity = iou(predicted_boxes(tracks), predicted_boxes(others), self.settings.pixel)
        return self.without_other_classes(1 - similarity, tracks, others)

    def without_other_classes(
        self,
        cost: NDArray[np.float64],
        tracks: Sequence[Track],
        others: Sequence[Track] | Sequence[Detection],
    ) -> NDArray[np.float64]:
        if not self.settings.class_aware:
            return cost
        classes = np.array([track.class_id for track in tracks])
        other_classes = np.array([other.class_id for other in others])
        return np.where(classes[:, None] == other_classes[None, :], cost, np.inf)

    def match(
        self,
        tracks: list[Track],
        detections: list[Detection],
        cost: NDArray[np.float64],
        limit: float,
    ) -> list[Detection]:
        """Gives detections to tracks; returns the detections that are left."""
        column_of = {detection.index: column for column, detection in enumerate(detections)}
        claim = [
            (row, column_of[self.claim[track.serial]])
            for row, track in enumerate(tracks)
            if self.claim.get(track.serial) in column_of
        ]
        pairs = assign(cost, limit, claim)
        for row, column in pairs:
            self.take(tracks[row], detections[column])
        matched = {column for _, column in pairs}
        return [detection for column, detection in enumerate(detections) if column not in matched]

    def take(self, track: Track, detection: Detection) -> None:
        """A track goes on with a detection."""
        track.motion = motion.correct(track.motion, detection.box)
        track.last_detection = detection
        is_known = track.score >= 0 and detection.score >= 0
        share = self.settings.score_smoothing if is_known else 0
        track.score = share * track.score + (1 - share) * float(detection.score)
        track.state = TRACKED
        track.last_frame = self.frame
        track.detection_index = detection.index

    def remove(self, tracks: Sequence[Track]) -> None:
        self.tracks = [track for track in self.tracks if track not in tracks]


def predicted_boxes(tracks: Sequence[Track]) -> NDArray[np.float64]:
    return np.array([track.predicted_box for track in tracks]).reshape(-1, 4)
