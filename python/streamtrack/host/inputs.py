"""The input arrays that the host lends to NvMOT_Process: frames and their objects."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from .findings import FindingLog
from .frames import Prepared
from .layout import Layout
from .memory import PATTERN, Block, Lent, LentText

_PRESERVED = 0x4D45544100000001
"""pPreservedData of the first object: no valid address, since only the host may follow it."""


class InputBuffers:
    """The frame list and one object list for each frame of a batch.

    Args:
        layout: The version's record types.
        frames: Frames that a call may hold.
        targets: Objects that a frame may hold.
        tracker_size: Width and height that the boxes are scaled to.
    """

    def __init__(
        self, layout: Layout, frames: int, targets: int, tracker_size: tuple[int, int]
    ) -> None:
        self._tracker_size = np.asarray([*tracker_size, *tracker_size], np.float32)
        self.targets = targets
        self._frame_block = Block(frames * layout.size("NvMOTFrame"))
        self._frames = self._frame_block.records(layout["NvMOTFrame"], (frames,))
        object_kind = layout["NvMOTObjToTrack"]
        self._object_blocks = [Block(targets * object_kind.itemsize) for _ in range(frames)]
        self._objects = [block.records(object_kind, (targets,)) for block in self._object_blocks]
        self._buffer_list = Block(
            8
        )  # the one pointer in it is never set where no images are asked for
        self._sensor_names: dict[int, LentText] = {}
        self.params = Lent(layout["NvMOTProcessParams"])
        self._set_constants()
        self._sent: list[bytes] = []

    def _set_constants(self) -> None:
        frames, lists = self._frames, self._frames["objectsIn"]
        frames["doTracking"], frames["reset"], frames["numBuffers"] = 1, 0, 0
        frames["bufferList"] = self._buffer_list.address
        if "timeStampValid" in (frames.dtype.names or ()):
            frames["timeStampValid"] = 0
        lists["list"] = [block.address for block in self._object_blocks]
        lists["numAllocated"] = self.targets
        for objects in self._objects:
            objects["doTracking"] = 1
            objects["pPreservedData"] = np.arange(self.targets, dtype=np.uint64) + np.uint64(
                _PRESERVED
            )

    def fill(self, frames: Sequence[Prepared]) -> None:
        """Writes one round's frames, and their objects in the reverse of the order given."""
        for k, frame in enumerate(frames):
            frame.list_address = self._object_blocks[k].address
            frame.passed = min(len(frame.boxes), self.targets)
            self._fill_objects(k, frame)
        count, records, names = len(frames), self._frames, self._frames.dtype.names or ()
        records["streamID"][:count] = [frame.stream_id for frame in frames]
        records["frameNum"][:count] = [frame.source.number & 0xFFFFFFFF for frame in frames]
        lists = records["objectsIn"]
        lists["detectionDone"][:count] = [frame.source.detected for frame in frames]
        lists["numFilled"][:count] = [frame.passed for frame in frames]
        if "srcFrameWidth" in names:
            records["srcFrameWidth"][:count] = [frame.source.size[0] for frame in frames]
            records["srcFrameHeight"][:count] = [frame.source.size[1] for frame in frames]
        if "seq_index" in names:
            records["seq_index"][:count] = [frame.slot for frame in frames]
        if "timeMeta" in names:
            self._fill_times(frames)
        self.params["numFrames"] = count
        self.params["frameList"] = self._frame_block.address
        self._sent = self._seen(frames)

    def _fill_objects(self, k: int, frame: Prepared) -> None:
        count, objects = frame.passed, self._objects[k]
        boxes = frame.boxes[::-1][:count]
        factors = self.factors(frame)
        objects["bbox"][:count] = boxes if factors is None else boxes * factors
        objects["confidence"][:count] = frame.scores[::-1][:count]
        objects["classId"][:count] = frame.classes[::-1][:count].astype(np.uint16)

    def factors(self, frame: Prepared) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
        """The (4,) factors from the frame's pixels to the tracker's, None for equal sizes."""
        size = np.asarray([*frame.source.size, *frame.source.size], np.float32)
        return None if np.array_equal(size, self._tracker_size) else self._tracker_size / size

    def _fill_times(self, frames: Sequence[Prepared]) -> None:
        count, times = len(frames), self._frames["timeMeta"]
        stamps = [frame.source.timestamp for frame in frames]
        times["frameNum"][:count] = self._frames["frameNum"][:count]
        times["frameTimeStamp"][:count] = [
            0 if stamp is None else round(stamp * 1e9) for stamp in stamps
        ]
        times["frameTimeValid"][:count] = [stamp is not None for stamp in stamps]
        times["localTimestamp"][:count] = time.time_ns()
        self._frames["sensorName"][:count] = [
            self._sensor_name(frame.source.pad) for frame in frames
        ]

    def _sensor_name(self, pad: int) -> int:
        if pad % 2 == 0:  # sensorName may be null, so half the streams have none
            return 0
        if pad not in self._sensor_names:
            self._sensor_names[pad] = LentText(f"sensor-{pad}".encode())
        return self._sensor_names[pad].address

    def _seen(self, frames: Sequence[Prepared]) -> list[bytes]:
        objects = [self._objects[k][: frame.passed].tobytes() for k, frame in enumerate(frames)]
        return [self.params.raw, self._frames[: len(frames)].tobytes(), *objects]

    def check(self, frames: Sequence[Prepared], log: FindingLog, call: str) -> None:
        """Reports what the library wrote into the round's input, and puts it right again."""
        now = self._seen(frames)
        if now == self._sent:
            return
        if now[0] != self._sent[0]:
            log.report("input-changed", call, "NvMOTProcessParams was changed")
        if now[1] != self._sent[1]:
            log.report("input-changed", call, "the list of frames was changed")
        for frame, before, after in zip(frames, self._sent[2:], now[2:], strict=True):
            if before != after:
                log.report(
                    "input-changed",
                    f"{call}, {frame.where}",
                    "its list of input objects was changed",
                )
        self._frame_block.bytes[:] = PATTERN
        self._set_constants()
        self.fill(frames)
