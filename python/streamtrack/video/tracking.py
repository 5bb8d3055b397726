"""Many videos at once through one detector and one tracker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streamtrack import MultiStreamTracker, Tracks
from streamtrack.video.detection import Detections, Detector
from streamtrack.video.frame import VideoFrame
from streamtrack.video.source import VideoSource

IDLE = 0.002  # seconds between two looks at cameras that have nothing new


class SeenFrame(NamedTuple):
    """One picture of one stream and what the detector found in it."""

    stream: str
    frame: VideoFrame
    detections: Detections


class TrackedVideoFrame(NamedTuple):
    """One picture of one stream, what the detector found in it and what the tracker made of it."""

    stream: str
    frame: VideoFrame
    detections: Detections
    tracks: Tracks


def watch(sources: Sequence[VideoSource], detector: Detector) -> Iterator[list[SeenFrame]]:
    """Looks at videos and live cameras until all have ended.

    All advance together: each step takes the next picture of every file and the newest picture of
    every camera that has one.

    Yields:
        For each step its pictures, in the order of `sources`.
    """
    while not all(source.ended for source in sources):
        taken = [(source.name, source.next_frame()) for source in sources if not source.ended]
        step = [
            SeenFrame(name, frame, detector(frame.image))
            for name, frame in taken
            if frame is not None
        ]
        if step:
            yield step
        elif any(source.live for source in sources):
            time.sleep(IDLE)


def track_videos(
    sources: Sequence[VideoSource], detector: Detector, tracker: MultiStreamTracker
) -> Iterator[list[TrackedVideoFrame]]:
    """Tracks through videos and live cameras until all have ended.

    Args:
        sources: The videos, with different names; they advance as in `watch`.
        detector: Finds the objects in each picture.
        tracker: Takes boxes as "xyxy". For live cameras let it follow `motion_time="real"`.

    Yields:
        For each step its pictures, in the order of `sources`.
    """
    for step in watch(sources, detector):
        tracks = tracker.update_batch(
            {seen.stream: seen.detections for seen in step},
            timestamps={seen.stream: seen.frame.timestamp for seen in step},
        )
        yield [TrackedVideoFrame(*seen, tracks[seen.stream]) for seen in step]
