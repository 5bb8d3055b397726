"""The simulated cameras: the same seed gives the same scene, and the truth is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from streamtrack.io import open_inputs
from streamtrack.io.source import DetectedFrame
from streamtrack.simulation import (
    Camera,
    Detector,
    Scene,
    SceneFrame,
    demo_scenes,
    identity_switches,
    save_scene,
    simulate,
)


def test_the_same_seed_gives_the_same_scene() -> None:
    first, second, other = (simulate("a", frames=40, seed=seed) for seed in (3, 3, 4))
    assert first.frame_count == 40
    different = 0
    for one, two, three in zip(
        first.scene_frames, second.scene_frames, other.scene_frames, strict=True
    ):
        assert one.detected.boxes.tobytes() == two.detected.boxes.tobytes()
        assert one.detected.scores.tobytes() == two.detected.scores.tobytes()
        assert one.truth.tobytes() == two.truth.tobytes()
        different += one.truth.tobytes() != three.truth.tobytes()
    assert different > 30


def test_a_camera_sees_as_a_pinhole_does() -> None:
    camera = Camera(width=1000, focal=500, above=4, horizon=100)
    [near, far] = camera.upright(np.array([[0.0, 10.0], [3.0, 20.0]]), 0.5, 2.0).tolist()
    assert near == [500 - 12.5, 100 + 200 - 100, 25, 100]  # 50 pixels a metre at 10 metres
    assert far == [500 + 75 - 6.25, 100 + 100 - 50, 12.5, 50]


def test_detections_lie_on_the_persons_they_show() -> None:
    for scene in demo_scenes(frames=60):
        shown = 0
        for frame in scene.scene_frames:
            truth = dict(zip(frame.people.tolist(), frame.truth, strict=True))
            for box, person in zip(frame.detected.boxes, frame.person_of.tolist(), strict=True):
                if person >= 0:
                    shown += 1
                    assert np.abs(box - truth[person]).max() < 0.25 * truth[person][3]
        assert shown > 100


def test_the_hidden_are_missed_and_the_half_hidden_score_low() -> None:
    scene = simulate("dense", people=40, frames=150, detector=Detector(miss_rate=0))
    hidden_scores: list[float] = []
    clear_scores: list[float] = []
    for frame in scene.scene_frames:
        visible = dict(zip(frame.people.tolist(), frame.visible.tolist(), strict=True))
        seen = set(frame.person_of.tolist())
        assert all((person in seen) == (share > 0.18) for person, share in visible.items())
        for person, score in zip(frame.person_of.tolist(), frame.detected.scores, strict=True):
            if person >= 0:
                (hidden_scores if visible[person] < 0.5 else clear_scores).append(score)
    assert len(hidden_scores) > 20
    assert np.mean(hidden_scores) < 0.5 < np.mean(clear_scores)


def test_nearer_people_and_pillars_hide_those_behind() -> None:
    camera = Camera(pillars=((0.0, 8.0),))
    scene = simulate("pillar", people=30, frames=100, camera=camera)
    pillar = camera.pillar_boxes()[0]
    behind = 0
    for frame in scene.scene_frames:
        for box, visible in zip(frame.truth, frame.visible, strict=True):
            inside = pillar[0] < box[0] and box[0] + box[2] < pillar[0] + pillar[2]
            if inside and box[1] + box[3] < pillar[1] + pillar[3]:
                behind += 1
                assert visible < 0.6
    assert behind > 5


def one_person(person_of: list[int]) -> Scene:
    """A scene of one detection a frame, which shows the persons given."""
    frame = DetectedFrame(np.ones((1, 4), np.float32), np.ones(1, np.float32))
    return Scene(
        "test",
        Camera(),
        [
            SceneFrame(
                np.array([person]), frame.boxes, np.ones(1), frame, np.array([person], np.int64)
            )
            for person in person_of
        ],
    )


@pytest.mark.parametrize(
    ("people", "ids", "switches"),
    [
        ([0, 0, 0], [5, 5, 5], 0),
        ([0, 0, 0], [5, 6, 6], 1),
        ([0, 0, 0], [5, 6, 5], 2),
        ([0, 0, 0], [5, None, 5], 0),
        ([0, 0, 0], [5, None, 6], 1),
        ([0, 1, 0], [5, 5, 5], 0),  # the id went over to another person and came back
        ([0, 1, 0, 1], [5, 6, 6, 5], 2),
        ([-1, -1], [5, 6], 0),  # false alarms have no identity
    ],
)
def test_identity_switches_are_counted_by_hand(
    people: list[int], ids: list[int | None], switches: int
) -> None:
    tracks = [
        (np.array([], np.uint64), np.array([], np.int32))
        if track_id is None
        else (np.array([track_id], np.uint64), np.zeros(1, np.int32))
        for track_id in ids
    ]
    assert identity_switches(one_person(people), tracks) == switches


def test_a_saved_scene_reads_back(tmp_path: Path) -> None:
    scene = simulate("gate", people=8, frames=30, seed=1)
    save_scene(scene, tmp_path / "gate")
    [source] = open_inputs([tmp_path / "gate"])
    assert (source.name, source.frame_count) == ("gate", 30)
    assert (source.frame_rate, source.size) == (scene.frame_rate, scene.size)
    for read, frame in zip(source.frames(), scene.frames(), strict=True):
        np.testing.assert_allclose(read.boxes, frame.boxes, atol=0.00501)
        np.testing.assert_allclose(read.scores, frame.scores, atol=0.000051)
    truth = (tmp_path / "gate" / "gt" / "gt.txt").read_text().splitlines()
    assert len(truth) == sum(len(frame.people) for frame in scene.scene_frames)


def test_the_second_match_keeps_ids_that_a_high_band_alone_loses() -> None:
    """The simulation shows what ByteTrack is for: without low detections more ids are lost."""
    scene = simulate("crowd", people=40, frames=300, seed=2)

    def ids_needed(low: float) -> int:
        tracker = st.Tracker(st.Config(track_low_thresh=low, track_buffer=5), box_format="ltwh")
        ids: set[int] = set()
        for frame in scene.frames():
            ids.update(tracker.update(frame.boxes, frame.scores).ids.tolist())
        return len(ids)

    assert ids_needed(low=0.1) < ids_needed(low=0.5)
