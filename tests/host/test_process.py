"""The way of a frame through the host: order, scaling, rounds, and what the host takes away."""

from collections.abc import Callable

import numpy as np
import pytest
from streamtrack.host import Host, HostError, SourceFrame
from streamtrack.host.layout import KNOWN_VERSIONS

from .conftest import boxes_of, walkers


@pytest.mark.parametrize("version", KNOWN_VERSIONS)
def test_boxes_come_back_bit_for_bit_and_an_obedient_library_has_no_findings(
    make_host: Callable[..., Host], version: str
) -> None:
    rng = np.random.default_rng(1)
    with make_host(version, tracker_size=(1920, 1080)) as host:
        seen = []
        for number in range(20):
            frames = [walkers(pad, number) for pad in (2, 0, 1)]
            for frame in frames:
                frame.boxes = boxes_of(frame) + rng.random((3, 4), np.float32) / 3
            results = host.process(frames)
            for frame, result in zip(frames, results, strict=True):
                assert (result.pad, result.number) == (frame.pad, number)
                boxes = boxes_of(frame)[result.detection_index]
                assert result.boxes.tobytes() == boxes.tobytes()
                np.testing.assert_array_equal(
                    result.scores, np.asarray(frame.scores, np.float32)[result.detection_index]
                )
            seen.append([sorted(result.ids.tolist()) for result in results])
    assert host.findings == []
    assert all(ids == seen[0] for ids in seen)
    assert len(np.unique(seen[0])) == 9
    assert host.process_seconds > 0


def test_boxes_are_scaled_to_the_tracker_and_back(make_host: Callable[..., Host]) -> None:
    with make_host("7.0", tracker_size=(960, 544)) as host:
        frame = walkers(0, 0)
        result = host.process([frame])[0]
    boxes = boxes_of(frame)[result.detection_index]
    np.testing.assert_allclose(result.boxes, boxes, rtol=0, atol=1.2e-4)
    assert (result.boxes != boxes).any()


def test_two_frames_of_a_stream_go_in_two_rounds(make_host: Callable[..., Host]) -> None:
    with make_host("6.4") as host:
        first, other, second = host.process([walkers(0, 1), walkers(1, 1), walkers(0, 2)])
        again = host.process([walkers(0, 3)])[0]
    assert sorted(first.ids) == sorted(second.ids) == sorted(again.ids)
    assert not set(first.ids) & set(other.ids)
    assert host.findings == []


def test_detections_reach_the_library_in_reverse_order(make_host: Callable[..., Host]) -> None:
    with make_host("8.0", "order-of-detections") as host:
        result = host.process([walkers(0, 0)])[0]
    assert result.detection_index.tolist() == [2, 1, 0]
    assert result.ids.tolist() == sorted(result.ids.tolist())


def test_objects_beyond_the_library_s_targets_are_not_passed(
    make_host: Callable[..., Host],
) -> None:
    boxes = np.array([[10 * k, 10 * (k % 7), 5, 5] for k in range(100)], np.float32)
    with make_host("9.0") as host:
        result = host.process([SourceFrame(0, 0, boxes, np.ones(100))])[0]
    assert sorted(result.detection_index.tolist()) == list(range(36, 100))
    assert host.findings == []


def test_objects_outside_the_frame_are_removed_unless_kept(
    make_host: Callable[..., Host],
) -> None:
    boxes = [[-60, 10, 50, 50], [1900, 10, 50, 50], [10, 2000, 5, 5]]
    frame = SourceFrame(0, 0, boxes, [0.9, 0.9, 0.9])
    with make_host("9.1", tracker_size=(1920, 1080)) as host:
        result = host.process([frame])[0]
    assert result.detection_index.tolist() == [1]
    assert result.clipped_boxes.tolist() == [[1900, 10, 20, 50]]
    with make_host("9.1", keep_outside=True) as host:
        assert len(host.process([frame])[0].ids) == 3


def test_class_minus_one_keeps_the_detection_and_is_no_finding(
    make_host: Callable[..., Host],
) -> None:
    frame = walkers(0, 0, classes=[-1, -1, 65535])
    with make_host("7.1", "order-of-detections", tracker_size=(500, 500)) as host:
        result = host.process([frame])[0]
    assert result.classes.tolist() == [65535, -1, -1]
    boxes = boxes_of(frame)[result.detection_index]
    assert result.boxes[1:].tobytes() == boxes[1:].tobytes()
    assert host.findings == []


def test_skipped_frames_keep_objects_without_detections(make_host: Callable[..., Host]) -> None:
    empty = SourceFrame(0, 1, np.zeros((0, 4)), np.zeros(0), detected=False)
    with make_host("6.2") as host:
        before = host.process([walkers(0, 0)])[0]
        skipped = host.process([empty])[0]
    assert sorted(skipped.ids) == sorted(before.ids)
    assert skipped.detection_index.tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (SourceFrame(0, 0, np.zeros((2, 3)), np.zeros(2)), r"boxes must have shape \(N, 4\)"),
        (SourceFrame(0, 0, np.zeros((2, 4)), np.zeros(3)), r"scores must have shape \(2,\)"),
        (SourceFrame(-1, 0, np.zeros((2, 4)), np.zeros(2)), "pad and surface must be"),
    ],
)
def test_a_wrong_frame_is_refused(
    make_host: Callable[..., Host], frame: SourceFrame, message: str
) -> None:
    with make_host("8.0") as host, pytest.raises(ValueError, match=message):
        host.process([frame])


def test_a_batch_larger_than_the_host_is_refused(make_host: Callable[..., Host]) -> None:
    with make_host("8.0", max_streams=2) as host, pytest.raises(HostError, match="at most 2"):
        host.process([walkers(pad, 0) for pad in range(3)])
