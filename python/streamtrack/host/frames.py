"""One frame of one camera, before and after the tracker."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]


@dataclass(eq=False)
class SourceFrame:
    """One decoded frame with what the detector found in it, as it comes to nvtracker.

    Attributes:
        pad: The stream muxer's pad index, >= 0.
        number: The frame's number in its stream, 32 bits.
        boxes: (N, 4) left, top, width, height in source pixels; converted to float32.
        scores: (N,) the detector's confidences; converted to float32.
        classes: (N,) class ids from -1 to 65535; None for 0 everywhere.
        detected: Whether the detector ran (``bInferDone``); False for a frame that it skipped.
        timestamp: Seconds (NTP or PTS) or None; only DeepStream 9.1 hands it on.
        size: Width and height of the frame in pixels.
        surface: Index of the surface within the pad.
    """

    pad: int
    number: int
    boxes: npt.ArrayLike
    scores: npt.ArrayLike
    classes: npt.ArrayLike | None = None
    detected: bool = True
    timestamp: float | None = None
    size: tuple[int, int] = (1920, 1080)
    surface: int = 0

    @property
    def stream_id(self) -> int:
        """The stream id that the library sees."""
        return stream_id_of(self.pad, self.surface)


@dataclass(eq=False)
class FrameResult:
    """A frame's object metadata behind nvtracker: M objects, in the library's order.

    Detections that the library did not return are gone, as they are downstream of nvtracker.

    Attributes:
        pad: As in the source frame.
        surface: As in the source frame.
        number: As in the source frame.
        ids: (M,) object ids after the host's reset mapping.
        raw_ids: (M,) ids as the library gave them.
        boxes: (M, 4) float32 left, top, width, height in source pixels, not clipped
            (``tracker_bbox_info``).
        scores: (M,) float32 the tracker's confidences.
        classes: (M,) class ids.
        detection_index: (M,) index into the source frame's arrays, -1 for an object without a
            detection.
        size: As in the source frame.
    """

    pad: int
    surface: int
    number: int
    ids: Ids
    raw_ids: Ids
    boxes: Floats
    scores: Floats
    classes: Integers
    detection_index: Integers
    size: tuple[int, int]

    @classmethod
    def without_objects(cls, source: SourceFrame) -> FrameResult:
        """A frame that left the tracker with nothing tracked in it."""
        ids: Ids = np.zeros(0, np.uint64)
        numbers: Integers = np.zeros(0, np.int64)
        boxes, scores = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
        return cls(
            source.pad,
            source.surface,
            source.number,
            ids,
            ids,
            boxes,
            scores,
            numbers,
            numbers,
            source.size,
        )

    @property
    def clipped_boxes(self) -> Floats:
        """(M, 4) the boxes cut to the frame, as they stand in ``rect_params``."""
        return clip(self.boxes, self.size)

    def only(self, kept: npt.NDArray[np.bool_]) -> FrameResult:
        """The same frame with the objects that the (M,) mask names."""
        return dataclasses.replace(
            self,
            ids=self.ids[kept],
            raw_ids=self.raw_ids[kept],
            boxes=self.boxes[kept],
            scores=self.scores[kept],
            classes=self.classes[kept],
            detection_index=self.detection_index[kept],
        )


@dataclass(eq=False)
class Prepared:
    """A source frame as the host holds it while it goes through the tracker.

    Attributes:
        stream_id: ``pad << 32 | surface``.
        boxes: (N, 4) float32 source pixels.
        scores: (N,) float32.
        classes: (N,) the metas' class ids, -1 allowed.
        slot: The frame's seq_index.
        passed: Objects that reach the library: the last ones of the frame, up to its
            maxTargetsPerStream.
        list_address: Address of the frame's objectsIn.list during the call.
    """

    source: SourceFrame
    stream_id: int
    boxes: Floats
    scores: Floats
    classes: Integers
    slot: int = 0
    passed: int = 0
    list_address: int = 0

    @property
    def where(self) -> str:
        """The frame in words."""
        surface = f" surface {self.source.surface}" if self.source.surface else ""
        return (
            f"stream {self.stream_id} (pad {self.source.pad}{surface}) frame {self.source.number}"
        )


def stream_id_of(pad: int, surface: int = 0) -> int:
    """The stream id of a pad's surface: ``pad << 32 | surface``."""
    return pad << 32 | surface


def pad_of(stream_id: int) -> int:
    """The pad index in a stream id."""
    return stream_id >> 32


def surface_of(stream_id: int) -> int:
    """The surface index in a stream id."""
    return stream_id & 0xFFFFFFFF


def prepare(frame: SourceFrame) -> Prepared:
    """Checks a source frame and converts its arrays.

    Raises:
        ValueError: An array's shape or a number is out of range; the message names the rule.
    """
    boxes = np.asarray(frame.boxes, np.float32)
    boxes = np.ascontiguousarray(boxes.reshape(0, 4) if boxes.size == 0 else boxes)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must have shape (N, 4), got {boxes.shape}; one row a box")
    count = len(boxes)
    scores = np.ascontiguousarray(frame.scores, np.float32)
    classes = (
        np.zeros(count, np.int64) if frame.classes is None else np.asarray(frame.classes, np.int64)
    )
    for name, array in (("scores", scores), ("classes", classes)):
        if array.shape != (count,):
            raise ValueError(
                f"{name} must have shape ({count},) like boxes, got {array.shape}; one value a box"
            )
    if frame.pad < 0 or frame.surface < 0 or max(frame.pad, frame.surface) >= 1 << 32:
        raise ValueError(
            f"pad and surface must be in [0, 2^32), got {frame.pad} and {frame.surface};"
            " count them from 0"
        )
    if min(frame.size) <= 0:
        raise ValueError(
            f"size must be positive, got {frame.size}; give width and height in pixels"
        )
    return Prepared(frame, frame.stream_id, boxes, scores, classes)


def clip(boxes: Floats, size: tuple[int, int]) -> Floats:
    """Cuts boxes to a frame of ``size``; one outside gets a width or height of 0."""
    limit = np.asarray(size, np.float32)
    low = np.clip(boxes[:, :2], 0, limit)
    high = np.clip(boxes[:, :2] + boxes[:, 2:], 0, limit)
    return np.concatenate([low, np.maximum(high - low, 0)], axis=1)
