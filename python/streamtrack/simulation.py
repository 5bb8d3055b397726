"""Simulated cameras: people who cross, hide behind each other and get missed, with the truth known.

A pinhole camera looks down on a floor on which people walk. A detector is simulated on what the
camera would see: the more of a person is hidden, the lower the score and the rougher the box, until
the person is missed; there are false alarms too. The same seed gives the same scene everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.source import DetectedFrame
from streamtrack.io.whole_file import write_whole

Floats = NDArray[np.float64]

PERSON_HEIGHT = 1.75  # metres
PERSON_WIDTH = 0.6


@dataclass(frozen=True)
class Camera:
    """Where a camera stands and how it looks on the floor.

    Attributes:
        width: Pixels.
        height: Pixels.
        frame_rate: Frames per second.
        focal: Focal length in pixels.
        above: Metres above the floor.
        horizon: The horizon's y in pixels.
        near: Distance in metres at which the floor comes into view.
        far: Distance in metres up to which people walk.
        pillars: Pillars of half a metre's width that hide people: (sideways, distance) in metres.
    """

    width: int = 1280
    height: int = 720
    frame_rate: float = 25.0
    focal: float = 900.0
    above: float = 4.2
    horizon: float = 20.0
    near: float = 6.0
    far: float = 24.0
    pillars: tuple[tuple[float, float], ...] = ()

    def boxes_of(self, places: Floats) -> Floats:
        """Returns the boxes (left, top, width, height) of people at (sideways, distance)."""
        return self.upright(places, PERSON_WIDTH, PERSON_HEIGHT)

    def pillar_boxes(self) -> Floats:
        """Returns the boxes of the pillars, from the nearest to the farthest as given."""
        return self.upright(np.array(self.pillars).reshape(-1, 2), 0.5, 6.0)

    def upright(self, places: Floats, width: float, height: float) -> Floats:
        """Returns the boxes of upright things of a size in metres at places on the floor."""
        scale = self.focal / places[:, 1]
        feet = self.horizon + self.above * scale
        left = self.width / 2 + (places[:, 0] - width / 2) * scale
        return np.stack([left, feet - height * scale, width * scale, height * scale], axis=1)


@dataclass
class SceneFrame:
    """One frame: what is there, and what the detector says of it.

    Attributes:
        people: The persons in view, shape (P,), numbers from 0.
        truth: Their boxes as left, top, width, height, shape (P, 4), float32.
        visible: The share of each that is not hidden, shape (P,).
        detected: Boxes, scores and classes as the detector gives them.
        person_of: The person that each detection shows, shape (N,); -1 for a false alarm.
    """

    people: NDArray[np.int64]
    truth: NDArray[np.float32]
    visible: Floats
    detected: DetectedFrame
    person_of: NDArray[np.int64]


@dataclass
class Scene:
    """A simulated stream: a `Source` whose truth is known."""

    name: str
    camera: Camera
    scene_frames: list[SceneFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def frame_count(self) -> int:
        """Number of frames."""
        return len(self.scene_frames)

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.camera.frame_rate

    @property
    def path(self) -> None:
        """There is no file."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.camera.width, self.camera.height

    @property
    def person_count(self) -> int:
        """Number of persons who come into view."""
        return len({int(person) for frame in self.scene_frames for person in frame.people})

    def frames(self) -> Iterator[DetectedFrame]:
        """Gives what the detector says, frame by frame."""
        return (frame.detected for frame in self.scene_frames)


@dataclass(frozen=True)
class Detector:
    """How good the simulated detector is.

    Attributes:
        miss_rate: Share of fully visible persons that are missed in a frame.
        false_alarms: False alarms per frame, on the average.
        box_noise: Standard deviation of a box's sides, as a share of its height.
        faint: Below this visible share a person is missed.
    """

    miss_rate: float = 0.03
    false_alarms: float = 0.25
    box_noise: float = 0.01
    faint: float = 0.18


def simulate(
    name: str,
    *,
    people: int = 16,
    frames: int = 300,
    seed: int = 0,
    camera: Camera | None = None,
    detector: Detector | None = None,
) -> Scene:
    """Simulates one camera.

    Args:
        name: The stream's name.
        people: How many people walk through in the time.
        frames: How many frames to simulate.
        seed: Where the random numbers start.
        camera: The camera; one that overlooks a square if left out.
        detector: The detector; a middling one if left out.
    """
    camera = camera or Camera()
    world = _World(camera, detector or Detector(), people, frames, np.random.default_rng(seed))
    return Scene(name, camera, [world.frame(number) for number in range(frames)])


class _Walk:
    """One person's way over the floor: in from one side, past a point inside, out on another."""

    def __init__(self, camera: Camera, frames: int, random: np.random.Generator) -> None:
        sides = random.permutation(3)[:2]  # two of left, right, far
        via = np.array([random.uniform(-2.5, 2.5), _distance(camera, random)])
        self._points = np.array(
            [_gate(camera, sides[0], random), via, _gate(camera, sides[1], random)]
        )
        legs = np.linalg.norm(np.diff(self._points, axis=0), axis=1)
        self._times = np.concatenate([[0], np.cumsum(legs)]) / random.uniform(1.0, 1.9)
        self._start = random.uniform(-0.5 * self._times[-1], frames / camera.frame_rate * 0.85)
        self._sway = random.uniform(0, 2 * np.pi)
        self._rate = camera.frame_rate

    def place(self, number: int) -> Floats | None:
        """(sideways, distance) in metres in a frame, or None before and after the walk."""
        time = number / self._rate - self._start
        if not 0 <= time <= self._times[-1]:
            return None
        place = np.array([np.interp(time, self._times, self._points[:, axis]) for axis in (0, 1)])
        return place + 0.06 * np.array([np.sin(2.2 * time + self._sway), 0])


def _gate(camera: Camera, side: int, random: np.random.Generator) -> Floats:
    """A point where people come into view: 0 on the left, 1 on the right, 2 far away."""
    if side == 2:
        return np.array([random.uniform(-6, 6), camera.far])
    distance = _distance(camera, random)
    edge = camera.width / 2 * distance / camera.focal + PERSON_WIDTH
    return np.array([-edge if side == 0 else edge, distance])


def _distance(camera: Camera, random: np.random.Generator) -> float:
    """A distance at which people walk: even over the picture, hence dense near the camera."""
    return 1 / random.uniform(1.15 / camera.far, 1 / camera.near)


class _World:
    """The people, the camera and the detector, with all that is random."""

    def __init__(
        self,
        camera: Camera,
        detector: Detector,
        people: int,
        frames: int,
        random: np.random.Generator,
    ) -> None:
        self._camera, self._detector, self._random = camera, detector, random
        self._walks = [_Walk(camera, frames, random) for _ in range(people)]
        self._mood = np.zeros(people)  # scores drift: light and posture change slowly

    def frame(self, number: int) -> SceneFrame:
        """The next frame; call it for 0, 1, 2 and so on."""
        camera = self._camera
        self._mood = 0.9 * self._mood + self._random.normal(0, 0.035, len(self._mood))
        here = [(walk.place(number), person) for person, walk in enumerate(self._walks)]
        places = np.array([place for place, _ in here if place is not None]).reshape(-1, 2)
        people = np.array([person for place, person in here if place is not None], np.int64)
        truth = camera.boxes_of(places)
        visible = _visible_share(truth, places[:, 1], camera)
        centre = truth[:, 0] + truth[:, 2] / 2
        in_view = (centre > 0) & (centre < camera.width)
        people, truth, visible = people[in_view], truth[in_view], visible[in_view]
        detected, person_of = self._detect(people, truth, visible)
        return SceneFrame(people, truth.astype(np.float32), visible, detected, person_of)

    def _detect(
        self, people: NDArray[np.int64], truth: Floats, visible: Floats
    ) -> tuple[DetectedFrame, NDArray[np.int64]]:
        detector, random = self._detector, self._random
        far = np.clip(1 - truth[:, 3] / 90, 0, 1)
        scores = 0.05 + 0.88 * visible**0.8 - 0.25 * far + self._mood[people]
        seen = (visible > detector.faint) & (random.random(len(people)) >= detector.miss_rate)
        rough = detector.box_noise * (1 + 3 * (1 - visible))[:, None] * truth[:, 3:4]
        boxes = truth + random.normal(0, 1, truth.shape) * rough
        alarms = random.poisson(detector.false_alarms)
        sideways = random.uniform(-6, 6, alarms)
        distances = random.uniform(self._camera.near, self._camera.far, alarms)
        false_boxes = self._camera.boxes_of(np.stack([sideways, distances], axis=1))
        false_scores = random.uniform(0.05, 0.45, alarms)
        detected = DetectedFrame(
            np.concatenate([boxes[seen], false_boxes]).astype(np.float32),
            np.concatenate([scores[seen].clip(0.02, 0.98), false_scores]).astype(np.float32),
        )
        return detected, np.concatenate([people[seen], np.full(alarms, -1)]).astype(np.int64)


def _visible_share(boxes: Floats, distances: Floats, camera: Camera) -> Floats:
    """The share of each box that nothing nearer covers, on a grid of 6 by 12 points.

    Args:
        boxes: Shape (P, 4), in pixels.
        distances: Shape (P,), in metres.
        camera: The camera, with its pillars.
    """
    pillars, pillar_distances = camera.pillar_boxes(), np.array([z for _, z in camera.pillars])
    covers = np.concatenate([boxes, pillars])
    cover_distances = np.concatenate([distances, pillar_distances])
    nearer = cover_distances[None, :] < distances[:, None]
    x = boxes[:, 0, None] + boxes[:, 2, None] * ((np.arange(72) % 6 + 0.5) / 6)
    y = boxes[:, 1, None] + boxes[:, 3, None] * ((np.arange(72) // 6 + 0.5) / 12)
    middle, width, height = covers[:, :2] + covers[:, 2:] / 2, covers[:, 2], covers[:, 3]
    inside = (np.abs(x[:, :, None] - middle[:, 0]) < 0.42 * width) & (
        np.abs(y[:, :, None] - middle[:, 1]) < 0.5 * height
    )
    hidden: Floats = (inside & nearer[:, None, :]).any(axis=2).mean(axis=1)
    return 1 - hidden


def identity_switches(
    scene: Scene,
    tracks: Iterable[tuple[NDArray[np.uint64], NDArray[np.integer]]],
) -> int:
    """Counts how often a person's id is another than when the person was last tracked.

    Args:
        scene: The scene that was tracked.
        tracks: For each frame the ids and, for each, the row of its detection (-1: none).
    """
    last: dict[int, int] = {}
    switches = 0
    for frame, (ids, detection_index) in zip(scene.scene_frames, tracks, strict=True):
        for track_id, row in zip(ids.tolist(), detection_index.tolist(), strict=True):
            person = int(frame.person_of[row]) if row >= 0 else -1
            if person >= 0:
                switches += last.get(person, track_id) != track_id
                last[person] = track_id
    return switches


def save_scene(scene: Scene, folder: Path) -> None:
    """Writes a scene as a MOTChallenge sequence: det/det.txt, gt/gt.txt and seqinfo.ini."""
    for part in ("det", "gt"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    detections, truth = [], []
    for number, frame in enumerate(scene.scene_frames, start=1):
        detected = frame.detected
        for box, score in zip(detected.boxes.tolist(), detected.scores.tolist(), strict=True):
            sides = ",".join(f"{side:.2f}" for side in box)
            detections.append(f"{number},-1,{sides},{score:.4f},-1,-1,-1\n")
        people = zip(frame.people.tolist(), frame.truth.tolist(), frame.visible, strict=True)
        for person, box, visible in people:
            sides = ",".join(f"{side:.2f}" for side in box)
            truth.append(f"{number},{person + 1},{sides},1,1,{visible:.2f}\n")
    write_whole(folder / "det" / "det.txt", "".join(detections))
    write_whole(folder / "gt" / "gt.txt", "".join(truth))
    width, height = scene.size
    write_whole(
        folder / "seqinfo.ini",
        f"[Sequence]\nname={scene.name}\nimDir=img1\nframeRate={scene.frame_rate:g}\n"
        f"seqLength={scene.frame_count}\nimWidth={width}\nimHeight={height}\nimExt=.jpg\n",
    )


def demo_scenes(frames: int = 300) -> list[Scene]:
    """Simulates the four cameras of `streamtrack demo`; the hall has pillars to hide behind."""
    cameras = {
        "gate": (12, Camera(focal=1000, above=5.5, horizon=-60, near=7.5, far=24)),
        "platform": (15, Camera(focal=950, above=6.5, horizon=-90, near=8, far=28)),
        "plaza": (20, Camera(focal=850, above=8.5, horizon=-150, near=8.5, far=32)),
        "hall": (14, Camera(above=6.0, horizon=-70, near=7, pillars=((-2.4, 12.0), (3.1, 15.0)))),
    }
    return [
        simulate(name, people=people, frames=frames, seed=seed, camera=camera)
        for seed, (name, (people, camera)) in enumerate(cameras.items(), start=11)
    ]
