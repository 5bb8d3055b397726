"""The detectors on real pixels: YOLOX against detections recorded by another program from the same
pixels, the people detector against what people labelled."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from streamtrack.video import Detections, Image
from streamtrack.video.onnx_model import OnnxDetector
from streamtrack.video.people import PeopleDetector

from tests.reference.sequences import ABSENT, data_folder

DATA = data_folder()
pytestmark = pytest.mark.skipif(
    DATA is None or not (DATA / "videos").is_dir() or not (DATA / "models").is_dir(), reason=ABSENT
)
PETS = "MOT15-PETS09-S2L1-yoloxnano"
VEHICLES = frozenset({2, 5, 7})
# Of recorded rows: two decimals of a pixel, four of a score, in the last of which sums of floats
# may differ from processor to processor.
PIXEL, SCORE = 0.011, 0.00011


def folder() -> Path:
    assert DATA is not None
    return DATA


def images(video: str, step: int = 1) -> list[tuple[int, Image]]:
    with av.open(str(folder() / "videos" / video)) as container:
        frames = enumerate(container.decode(video=0), 1)
        chosen = islice(frames, 0, 100 * step, step)
        return [(n, np.asarray(f.to_ndarray(format="bgr24"), np.uint8)) for n, f in chosen]


def recorded(name: str, file: str = "det.txt") -> NDArray[np.float64]:
    rows: NDArray[np.float64] = np.loadtxt(
        folder() / "sequences" / name / file, delimiter=",", usecols=range(8), ndmin=2
    )
    return rows


def columns(found: Detections) -> NDArray[np.float64]:
    """Left, top, width, height, score, class, in the order of rows()."""
    boxes = found.boxes.astype(float)
    boxes[:, 2:] -= boxes[:, :2]
    return np.column_stack([boxes, found.scores, found.classes])


def assert_same(found: NDArray[np.float64], expected: NDArray[np.float64], frame: int) -> None:
    assert len(found) == len(expected), f"frame {frame}"
    left = list(found)
    for row in expected:
        near = [
            index
            for index, other in enumerate(left)
            if np.abs(other[:4] - row[:4]).max() < PIXEL
            and abs(other[4] - row[4]) < SCORE
            and other[5] == row[5]
        ]
        assert near, f"frame {frame}: {row} was recorded and is not found"
        del left[near[0]]


@pytest.mark.parametrize(
    ("video", "sequence", "classes"),
    [
        ("vtest.avi", PETS, frozenset({0})),
        ("traffic.mp4", "traffic-yoloxnano", VEHICLES),
    ],
)
def test_yolox_finds_every_recorded_box_and_no_other(
    video: str, sequence: str, classes: frozenset[int]
) -> None:
    """The recorder reported an object once for every class that it might be: `every_class`."""
    model = folder() / "models" / "yolox_nano.onnx"
    detector = OnnxDetector(model, min_score=0.05, every_class=True, only=classes)
    rows = recorded(sequence)
    if sequence == PETS:
        rows[:, 7] = 0
    for number, image in images(video):
        expected = rows[rows[:, 0] == number][:, [2, 3, 4, 5, 6, 7]]
        assert_same(columns(detector(image)), expected, number)


def iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return float(shared / (one[2] * one[3] + other[2] * other[3] - shared))


def test_for_tracking_an_object_has_one_box_and_the_others_hide_behind_it() -> None:
    """Every recorded box is reported, or a better one that overlaps it by the head's limit is."""
    model = folder() / "models" / "yolox_nano.onnx"
    detector = OnnxDetector(model, min_score=0.05, only=VEHICLES)
    rows = recorded("traffic-yoloxnano")
    hidden = 0
    for number, image in images("traffic.mp4"):
        found = columns(detector(image))
        for row in rows[rows[:, 0] == number][:, [2, 3, 4, 5, 6, 7]]:
            if np.any(np.abs(found[:, :5] - row[:5]).max(axis=1) < PIXEL):
                continue
            hidden += 1
            cover = [f for f in found if f[4] >= row[4] - SCORE and iou(f, row) > 0.65 - 1e-3]
            assert cover, f"frame {number}: nothing covers {row}"
    assert hidden > 100  # nearly every car is also thought a truck


def matched(found: NDArray[np.float64], truth: NDArray[np.float64]) -> int:
    free = list(truth)
    count = 0
    for row in found:  # best first
        overlaps = [iou(row[:4], other) for other in free]
        if overlaps and max(overlaps) >= 0.5:
            del free[int(np.argmax(overlaps))]
            count += 1
    return count


def test_the_people_detector_finds_people_and_says_how_sure_it_is() -> None:
    detector = PeopleDetector()
    truth = recorded(PETS, "gt.txt")
    people = found_high = right_high = found_all = right_all = 0
    for number, image in images("vtest.avi", step=40)[:20]:
        boxes = truth[truth[:, 0] == number][:, 2:6]
        seen = columns(detector(image))
        high = seen[seen[:, 4] > 0.5]
        people += len(boxes)
        found_high, right_high = found_high + len(high), right_high + matched(high, boxes)
        found_all, right_all = found_all + len(seen), right_all + matched(seen, boxes)
    assert people > 80
    assert right_high / found_high > 0.65, "most that it is sure of are people"
    assert right_high / people > 0.75, "it finds most people"
    # The low scores that ByteTrack's second match lives on: more people, more mistakes.
    assert right_all > right_high
    assert right_all / found_all < right_high / found_high
