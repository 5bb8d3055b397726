"""Records what supervision 0.27's ByteTrack does, as data for the tests of its drop-in.

supervision 0.31 has no tracker any more, and its old releases bring much with them, so that this
runs by hand, in an environment of its own:

    python3 -m venv /tmp/supervision && /tmp/supervision/bin/pip install supervision==0.27.0
    /tmp/supervision/bin/python tests/interop/record_supervision.py

The scenes are made here: people who walk, cross, hide, are missed and are seen with low scores.
Inputs are stored beside the outputs, so that the test does not depend on a random generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import supervision  # 0.27.0
from numpy.typing import NDArray

TARGET = Path(__file__).with_name("data") / "supervision_027.npz"
WIDTH, HEIGHT = 1280, 720


@dataclass
class Scene:
    """One tracker's life.

    Attributes:
        arguments: Of the constructor.
        people: How many there are at once, about.
        frames: How many frames.
        coarse: Round boxes to whole pixels and scores to tenths, so that ties are common.
        reset_at: The frame before which `reset` is called; 0: never.
        empty: Frames in which nothing is detected.
        doubles: How often a person has a second, weak box close by.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    people: int = 8
    frames: int = 120
    coarse: bool = False
    reset_at: int = 0
    empty: range = range(0)
    doubles: float = 0.0


SCENES = {
    "defaults": Scene(),
    "crowd": Scene(people=30, frames=80),
    "high threshold": Scene({"track_activation_threshold": 0.6}, people=15),
    "strict matching": Scene({"minimum_matching_threshold": 0.5}, people=15),
    "short buffer": Scene({"lost_track_buffer": 6, "frame_rate": 15}, people=12),
    "long buffer": Scene({"lost_track_buffer": 90, "frame_rate": 25}, people=12),
    "three in a row": Scene({"minimum_consecutive_frames": 3}, people=12),
    "coarse": Scene(people=12, coarse=True),
    "three in a crowd": Scene({"minimum_consecutive_frames": 3}, people=25, frames=80),
    "doubles": Scene(people=8, doubles=0.3),
    "reset": Scene(people=6, frames=80, reset_at=40),
    "interrupted": Scene(people=10, frames=120, empty=range(40, 60)),
}


def walkers(scene: Scene, random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """For each frame the true boxes, x1 y1 x2 y2; people come and go."""
    middle = random.uniform((0, 150), (WIDTH, HEIGHT), (scene.people, 2))
    speed = random.normal(0, (4, 1.2), (scene.people, 2))
    height = random.uniform(70, 190, scene.people)
    for _ in range(scene.frames):
        speed += random.normal(0, 0.15, speed.shape)
        middle += speed
        height *= 1 + random.normal(0, 0.003, height.shape)
        gone = (middle[:, 0] < -40) | (middle[:, 0] > WIDTH + 40)
        gone |= random.random(scene.people) < 0.004
        count = int(gone.sum())
        middle[gone] = random.uniform((0, 150), (WIDTH, HEIGHT), (count, 2))
        half = np.stack([0.2 * height, 0.5 * height], axis=1)
        yield np.concatenate([middle - half, middle + half], axis=1)


def detected(scene: Scene, random: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    """For each frame rows of x1, y1, x2, y2, score; who stands behind others scores low."""
    for number, boxes in enumerate(walkers(scene, random)):
        hidden = np.array(
            [
                max(
                    (_share_hidden(box, front) for front in boxes if front[3] > box[3]), default=0.0
                )
                for box in boxes
            ]
        )
        scores = (0.92 - 0.9 * hidden + random.normal(0, 0.08, len(boxes))).clip(0.02, 0.99)
        jitter = random.normal(0, 1.0, boxes.shape) * (1 + 3 * hidden[:, None])
        rows = np.column_stack([boxes + jitter, scores])[random.random(len(boxes)) > 0.04]
        ghost = random.uniform((0, 0), (WIDTH, HEIGHT), (random.poisson(0.3), 2))
        feet = ghost + np.array([30, 80])
        ghosts = np.column_stack([ghost, feet, random.uniform(0.05, 0.6, len(ghost))])
        doubles = rows[random.random(len(rows)) < scene.doubles]
        doubles = doubles + random.normal(0, 3, doubles.shape)
        doubles[:, 4] = random.uniform(0.02, 0.3, len(doubles))
        rows = np.concatenate([rows, ghosts, doubles])
        rows = rows[random.permutation(len(rows))]
        digits = (0, 1) if scene.coarse else (1, 2)
        rows[:, :4], rows[:, 4] = rows[:, :4].round(digits[0]), rows[:, 4].round(digits[1])
        yield (rows[:0] if number in scene.empty else rows).astype(np.float32)


def _share_hidden(box: NDArray[np.float64], front: NDArray[np.float64]) -> float:
    width = min(box[2], front[2]) - max(box[0], front[0])
    height = min(box[3], front[3]) - max(box[1], front[1])
    return float(max(width, 0) * max(height, 0) / ((box[2] - box[0]) * (box[3] - box[1])))


def record(scene: Scene, seed: int) -> NDArray[np.int16]:
    """Rows of frame, x1, y1, x2, y2 in tenths, score in hundredths, id; -1: none given."""
    tracker = supervision.ByteTrack(**scene.arguments)  # type: ignore[attr-defined]
    rows = []
    for number, seen in enumerate(detected(scene, np.random.default_rng(seed))):
        if scene.reset_at and number == scene.reset_at:
            tracker.reset()
        out = tracker.update_with_detections(
            supervision.Detections(
                xyxy=seen[:, :4],
                confidence=seen[:, 4],
                class_id=np.zeros(len(seen), int),
                data={"row": np.arange(len(seen))},
            )
        )
        ids = np.full(len(seen), -1)
        if len(out):
            ids[out.data["row"]] = out.tracker_id
        units = np.array([10, 10, 10, 10, 100])
        rows.append(np.column_stack([np.full(len(seen), number), seen * units, ids]))
    return np.concatenate(rows).round().astype(np.int16)


def main() -> None:
    """Records every scene into one compressed file."""
    assert supervision.__version__ == "0.27.0", supervision.__version__
    recorded = {name: record(scene, seed) for seed, (name, scene) in enumerate(SCENES.items())}
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, **recorded)  # type: ignore[arg-type]
    for name, rows in recorded.items():
        print(f"{name}: {len(rows)} detections, {len(set(rows[:, 6])) - 1} ids")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
