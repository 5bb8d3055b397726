"""What must be tracked, whatever comes in a frame."""

from __future__ import annotations

import numpy as np

from streamtrack.host.frames import SourceFrame
from streamtrack.host.scenarios.registry import scenario
from streamtrack.host.stage import (
    SIZE,
    Stage,
    after,
    confirm,
    ids_by_detection,
    nobody,
    people,
    require,
    seen_again,
)


@scenario()
def ids_are_kept(stage: Stage) -> None:
    """A person who is seen in every frame keeps one id."""
    with stage.host() as host:
        ids = confirm(host)
        for number in range(after(), 60):
            seen_again(host, ids, number, f"frame {number}")


@scenario()
def streams_are_apart(stage: Stage) -> None:
    """Streams do not affect each other, and no id stands in two."""
    with stage.host(max_streams=8) as host:
        ids = confirm(host, range(8))
        numbers = [number for of_pad in ids.values() for number in of_pad.values()]
        require(len(set(numbers)) == len(numbers), f"ids in two streams: {sorted(numbers)}")


@scenario()
def absent_streams_wait(stage: Stage) -> None:
    """A stream that is absent from batches does not age."""
    with stage.host() as host:
        ids = confirm(host, (0, 1))
        for number in range(after(), 200):
            host.process([people(1, number, speed=0)])
        seen_again(host, {0: ids[0]}, after(), "after 188 batches without the stream")


@scenario()
def two_frames_in_a_batch(stage: Stage) -> None:
    """Two frames of one stream in a batch come in two calls."""
    with stage.host() as host:
        ids = confirm(host, (0, 1))
        batch = [people(0, after()), people(1, after()), people(0, after() + 1)]
        for result in host.process(batch):
            now = ids_by_detection(result)
            require(now == ids[result.pad], f"pad {result.pad}: {ids[result.pad]} became {now}")


@scenario()
def detections_in_any_order(stage: Stage) -> None:
    """Ids do not depend on the order of a frame's detections."""
    lefts = (200, 600, 1000, 1400)
    seen = []
    for order in ((0, 1, 2, 3), (3, 1, 0, 2)):
        with stage.host() as host:
            shuffled = [lefts[place] for place in order]
            ids = confirm(host, lefts=shuffled)[0]
            by_place = [ids[order.index(place)] for place in range(4)]
            seen.append([number - min(by_place) for number in by_place])
    require(seen[0] == seen[1], f"counted from the first, {seen[0]} became {seen[1]}")


@scenario()
def skipped_frames_are_no_misses(stage: Stage) -> None:
    """Frames that the detector skipped are not misses."""
    with stage.host() as host:
        ids = confirm(host, speed=0)
        for number in range(after(), 200):
            host.process([nobody(0, number, detected=False)])
        seen_again(host, ids, 200, "after 188 skipped frames", speed=0)


@scenario()
def objects_without_detection_done(stage: Stage) -> None:
    """Objects without detectionDone, which a probe added, are detections."""
    with stage.host() as host:
        ids = confirm(host, detected=False)
        seen_again(host, ids, after(), "with detectionDone false", detected=False)


@scenario()
def unknown_confidence_is_high(stage: Stage) -> None:
    """A confidence of -0.1 means unknown and counts as high."""
    with stage.host() as host:
        confirm(host, score=-0.1)


@scenario()
def every_class_id(stage: Stage) -> None:
    """Every class id is tracked and comes back, 65535 included."""
    classes = [0, 1, 32767, 65535]
    with stage.host() as host:
        confirm(host, lefts=(200, 600, 1000, 1400), classes=classes)
    with stage.host() as host:
        confirm(host, lefts=(200, 600), classes=[-1, 0])


@scenario()
def frames_without_objects(stage: Stage) -> None:
    """Frames without objects, in any order with others, are processed."""
    with stage.host() as host:
        for number in range(3):
            host.process([nobody(pad, number, detected=pad == 1) for pad in range(3)])
        ids = confirm(host, (0, 1, 2), first=3)
        host.process([nobody(1, after(3))])
        seen_again(host, {0: ids[0], 2: ids[2]}, after(3), "after another stream's empty frame")


@scenario()
def odd_boxes(stage: Stage) -> None:
    """Boxes that are not finite, empty, negative or huge do no harm."""
    nan, inf = np.nan, np.inf
    odd = [[nan, 1, 2, 3], [1, 2, inf, 3], [5, 5, 0, 0], [9, 9, -4, 7], [-1e30, 0, 1e30, 5]]
    with stage.host() as host:
        for number in range(10):
            boxes = np.array([*odd, [700 + number, 300, 80, 200]], np.float32)
            scores = np.array([0.9, 0.9, 0.9, nan, 2.0, 0.9], np.float32)
            host.process([SourceFrame(0, number, boxes, scores, size=SIZE), people(1, number)])
        confirm(host, (0, 1), first=10)


@scenario()
def too_many_objects(stage: Stage) -> None:
    """More objects than maxTargetsPerStream are cut off, not overrun."""
    with stage.host(max_streams=1) as host:
        count = host.max_targets + 500
        boxes = np.empty((count, 4), np.float32)
        boxes[:, 0], boxes[:, 1] = 20 * (np.arange(count) % 90), 20 * (np.arange(count) // 90)
        boxes[:, 2:] = 15
        for number in range(5):
            shifted = boxes + np.array([number * 500, 0, 0, 0], np.float32)
            host.process([SourceFrame(0, number, shifted, np.full(count, 0.9), size=SIZE)])


@scenario()
def frame_numbers_jump(stage: Stage) -> None:
    """Frame numbers that jump or start again do no harm."""
    with stage.host() as host:
        for first in (0, 1000, 4294967290, 0):
            for step in range(after()):
                frame = people(0, step)
                frame.number = (first + step) % (1 << 32)
                result = host.process([frame])[0]
        require(len(result.ids) > 0, "nobody is reported after the jumps")


@scenario()
def misc_data(stage: Stage) -> None:
    """Misc data of people who come, hide and go keeps to its buffers."""
    with stage.host() as host:
        for round_trip in range(3):
            first = round_trip * 150
            confirm(host, (0, 1), first=first, speed=0)
            for number in range(after(first), first + 20):
                host.process([nobody(0, number), nobody(1, number)])
            confirm(host, (0, 1), first=first + 20, speed=0)
            for number in range(after(first + 20), first + 150, 2):
                host.process([nobody(0, number), nobody(1, number), nobody(0, number + 1)])
