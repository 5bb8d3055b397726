"""What the host makes of one output list: object metadata, without what it removes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .findings import FindingLog
from .frames import Floats, FrameResult, Ids, Integers, Prepared
from .identity import UNTRACKED, IdRecords, ResetMapping
from .memory import Records

Mask: TypeAlias = npt.NDArray[np.bool_]

_INPUT_STRIDE = 40


@dataclass(frozen=True)
class MetadataRules:
    """What the host needs to turn output lists into metadata.

    Attributes:
        keep_outside: Keep objects that lie wholly outside the frame, which the real host removes.
    """

    tracker_size: tuple[int, int]
    mapping: ResetMapping
    records: IdRecords
    log: FindingLog
    keep_outside: bool


def to_metadata(frame: Prepared, rows: Records, rules: MetadataRules, call: str) -> FrameResult:
    """Turns a frame's filled output slots into metadata, and reports what is wrong."""
    where = f"{call}, {frame.where}"
    raw_ids: Ids = rows["trackingId"].copy()
    rules.records.check(frame.stream_id, raw_ids.tolist(), where)
    objects = FrameResult(
        frame.source.pad,
        frame.source.surface,
        frame.source.number,
        ids=rules.mapping.apply(frame.stream_id, raw_ids),
        raw_ids=raw_ids,
        boxes=_to_source(rows["bbox"], frame, rules.tracker_size),
        scores=rows["confidence"].copy(),
        classes=rows["classId"].astype(np.int64),
        detection_index=_detection_index(frame, rows, rules.log, where),
        size=frame.source.size,
    )
    kept: Mask = _check_numbers(objects, rules.log, where)
    if not rules.keep_outside:
        clipped = objects.clipped_boxes
        kept &= (clipped[:, 2] > 0) & (clipped[:, 3] > 0)
    kept |= _restore_detections(objects, frame, rules.log, where)
    kept &= (raw_ids != np.uint64(UNTRACKED)) & ~_repeated(objects.detection_index)
    return objects if kept.all() else objects.only(kept)


def _check_numbers(objects: FrameResult, log: FindingLog, where: str) -> Mask:
    """(M,) which objects have finite boxes."""
    finite: Mask = np.asarray(np.isfinite(objects.boxes).all(axis=1))
    if not finite.all():
        worst = objects.boxes[np.flatnonzero(~finite)[0]]
        log.report("box-not-finite", where, f"a box is {worst.tolist()}")
    if not np.isfinite(objects.scores).all():
        log.report("score-not-finite", where, "a confidence is not finite")
    return finite


def _restore_detections(objects: FrameResult, frame: Prepared, log: FindingLog, where: str) -> Mask:
    """Gives objects of another class than their detection's the detection's values back.

    A class id of -1 reaches the library as 65535 and never equals itself again, which is not the
    library's fault.

    Returns:
        (M,) those objects: the host does not look where they lie.
    """
    restored = np.zeros(len(objects.ids), bool)
    from_detection = np.flatnonzero(objects.detection_index >= 0)
    given = frame.classes[objects.detection_index[from_detection]]
    found = objects.classes[from_detection]
    changed = found != given
    if not changed.any():
        return restored
    wrong = np.flatnonzero(found != (given & 0xFFFF))
    if wrong.size:
        first = wrong[0]
        text = f"class {int(found[first])} came back for class {int(given[first])}"
        log.report("class-changed", where, text)
    rows = from_detection[changed]
    detections = objects.detection_index[rows]
    objects.boxes[rows] = frame.boxes[detections]
    objects.scores[rows] = frame.scores[detections]
    objects.classes[rows] = given[changed]
    restored[rows] = True
    return restored


def _detection_index(frame: Prepared, rows: Records, log: FindingLog, where: str) -> Integers:
    """(M,) which detection each object names, -1 for none; they were passed in reverse."""
    pointers = rows["associatedObjectIn"]
    position = pointers - np.uint64(frame.list_address)
    named = pointers != 0
    inside = (position < np.uint64(frame.passed * _INPUT_STRIDE)) & (
        position % np.uint64(_INPUT_STRIDE) == 0
    )
    if (named & ~inside).any():
        slot = int(np.flatnonzero(named & ~inside)[0])
        found = f"associatedObjectIn of object {slot} is {int(pointers[slot]):#x}, the list of"
        f" {frame.passed} objects"
        log.report("object-foreign", where, f"{found} starts at {frame.list_address:#x}")
    place = (position // np.uint64(_INPUT_STRIDE)).astype(np.int64)
    index: Integers = np.where(named & inside, len(frame.boxes) - 1 - place, -1)
    if _repeated(index).any():
        log.report(
            "object-twice",
            where,
            f"detection {int(index[_repeated(index)][0])} is referenced more than once",
        )
    return index


def _repeated(index: Integers) -> Mask:
    """(M,) which objects name a detection that an earlier object named."""
    seen: set[int] = set()
    repeated = np.zeros(len(index), bool)
    for place, detection in enumerate(index.tolist()):
        repeated[place] = detection in seen
        if detection >= 0:
            seen.add(detection)
    return repeated


def _to_source(boxes: Floats, frame: Prepared, tracker_size: tuple[int, int]) -> Floats:
    if frame.source.size == tracker_size:
        return boxes.copy()
    size = np.asarray([*frame.source.size, *frame.source.size], np.float32)
    factors = size / np.asarray([*tracker_size, *tracker_size], np.float32)
    return np.multiply(boxes, factors, dtype=np.float32)
