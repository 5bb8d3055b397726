"""Makes the demo's picture: what the cameras see at one moment, and what the tracker knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from streamtrack.config import Config
from streamtrack.offline import TrackedFrame
from streamtrack.picture import Figure, Kind, Panel, Point, draw_mosaic
from streamtrack.simulation import Camera, Scene

_TRAIL_FRAMES = 75
_HIGH = float(Config()["track_high_thresh"])


def draw_demo(
    scenes: Sequence[Scene],
    captions: Sequence[str],
    history: Sequence[Mapping[str, TrackedFrame]],
    version: str,
    path: Path,
) -> None:
    """Draws every scene at the moment that shows most, two in a row, as PNG.

    Args:
        scenes: The simulated cameras.
        captions: A few words for each.
        history: For each frame, from a camera's name to its tracks.
        version: The DeepStream version that tracked.
        path: The PNG file.
    """
    panels = [
        _panel(scene, caption, [batch[scene.name] for batch in history])
        for scene, caption in zip(scenes, captions, strict=True)
    ]
    draw_mosaic(
        panels,
        path,
        title="Four cameras, one tracker: an id stands in one stream only",
        subtitle=f"simulated people, tracked by streamtrack's libByteTracker.so as DeepStream "
        f"{version} drives it",
    )


def _panel(scene: Scene, caption: str, tracked: Sequence[TrackedFrame]) -> Panel:
    moment = _best_moment(scene, tracked)
    camera = scene.camera
    frame, tracks = scene.scene_frames[moment], tracked[moment]
    figures = []
    shown = set()
    for track_id, row in zip(tracks.ids.tolist(), tracks.detection_index.tolist(), strict=True):
        if row < 0:
            continue
        shown.add(int(frame.person_of[row]))
        kind: Kind = "high" if frame.detected.scores[row] >= _HIGH else "low"
        left, top, width, height = frame.detected.boxes[row].tolist()
        trail = _trail(tracked[max(0, moment - _TRAIL_FRAMES) : moment + 1], track_id)
        figures.append(Figure((left, top, width, height), kind, track_id, trail))
    for person, box in zip(frame.people.tolist(), frame.truth.tolist(), strict=True):
        if person not in shown:
            figures.append(Figure((box[0], box[1], box[2], box[3]), "hidden"))
    pillars = [(box[0], box[1], box[2], box[3]) for box in camera.pillar_boxes().tolist()]
    return Panel(
        title=scene.name,
        caption=caption,
        size=scene.size,
        figures=figures,
        pillars=pillars,
        horizon=camera.horizon + camera.above * camera.focal / (camera.far + 4),
        floor_lines=_floor(camera),
    )


def _best_moment(scene: Scene, tracked: Sequence[TrackedFrame]) -> int:
    """The frame in the second half with most people and, among them, most low scores and hidden."""

    def richness(number: int) -> float:
        frame, tracks = scene.scene_frames[number], tracked[number]
        rows = tracks.detection_index[tracks.detection_index >= 0]
        low = int(np.sum(frame.detected.scores[rows] < _HIGH))
        hidden = len(frame.people) - len(rows)
        return len(rows) + 3 * min(low, 2) + 1.5 * min(hidden, 2)

    return max(range(scene.frame_count // 3, scene.frame_count), key=richness)


def _trail(tracked: Sequence[TrackedFrame], track_id: int) -> list[Point]:
    """Where a track's feet were, the oldest place first, without the detector's jitter."""
    boxes = np.concatenate([tracks.boxes[tracks.ids == track_id] for tracks in tracked])
    feet = boxes[:, :2] + boxes[:, 2:] * np.array([0.5, 1.0])
    width = min(len(feet), 9)
    padded = np.pad(feet, ((width // 2, width - 1 - width // 2), (0, 0)), mode="edge")
    window = np.lib.stride_tricks.sliding_window_view(padded, width, axis=0)
    return [(x, y) for x, y in window.mean(axis=-1).tolist()]


def _floor(camera: Camera) -> list[tuple[Point, Point]]:
    """Lines on the floor, two metres apart."""

    def seen(sideways: float, distance: float) -> Point:
        scale = camera.focal / distance
        return camera.width / 2 + sideways * scale, camera.horizon + camera.above * scale

    near, far = 3.0, camera.far + 4
    along = [(seen(x, near), seen(x, far)) for x in np.arange(-40, 41, 2).tolist()]
    across = [(seen(-60, z), seen(60, z)) for z in np.arange(near, far + 0.1, 2).tolist()]
    return along + across
