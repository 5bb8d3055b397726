"""Misc data: the buffers for past frames, terminated and shadow tracks, and what comes in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .findings import FindingLog
from .frames import Floats, Integers, Prepared, pad_of, surface_of
from .identity import UNTRACKED
from .layout import Layout
from .memory import PATTERN, PATTERN_U64, Block, Lent, Reserve
from .startup import Answer

Kind = Literal["past", "terminated", "shadow"]
KINDS: tuple[Kind, ...] = ("past", "terminated", "shadow")
_POINTERS: dict[Kind, str] = {
    "past": "pPastFrameObjBatch",
    "terminated": "pTerminatedTrackBatch",
    "shadow": "pShadowTrackBatch",
}


@dataclass(frozen=True, eq=False)
class MiscRecord:
    """One object of the misc data: K frames of one track.

    Attributes:
        kind: Past frames of an object, a terminated track, or a shadow (lost) track.
        id: The library's id; the host's reset mapping does not touch it.
        numbers: (K,) frame numbers.
        boxes: (K, 4) float32 left, top, width, height: past frames in source pixels, terminated
            and shadow tracks in the tracker's.
        scores: (K,) float32.
        ages: (K,) the tracks' ages.
        states: (K,) TRACKER_STATE, all 0 before 6.4.
    """

    kind: Kind
    pad: int
    surface: int
    id: int
    class_id: int
    numbers: Integers
    boxes: Floats
    scores: Floats
    ages: Integers
    states: Integers


def _struct_names(layout: Layout) -> tuple[str, str, str, str]:
    """Batch, stream, object and frame: renamed in 6.4."""
    if layout.has("NvDsTargetMiscDataBatch"):
        name = "NvDsTargetMiscData"
        return f"{name}Batch", f"{name}Stream", f"{name}Object", f"{name}Frame"
    name = "NvDsPastFrameObj"
    return f"{name}Batch", f"{name}Stream", f"{name}List", name


class MiscBuffer:
    """The buffer for one kind of misc data: streams, in each objects, in each frames.

    One entry more than the library is told lies at the end of every array, and must stay empty.

    Args:
        layout: The version's record types.
        kind: What the buffer is for.
        streams: Streams in a batch.
        objects: Objects in a stream.
        frames: Frames in an object.
    """

    def __init__(self, layout: Layout, kind: Kind, streams: int, objects: int, frames: int) -> None:
        batch, stream, single, frame = _struct_names(layout)
        self.kind = kind
        self.limits = (streams, objects, frames)
        self.batch = Lent(layout[batch])
        self._stream_block = Block((streams + 1) * layout.size(stream))
        self._streams = self._stream_block.records(layout[stream], (streams + 1,))
        shape = (streams, objects + 1)
        self._object_memory = Reserve(max(1, streams * (objects + 1) * layout.size(single)))
        self._objects = self._object_memory.records(layout[single], shape)
        self._frame_memory = Reserve(max(1, streams * objects * (frames + 1) * layout.size(frame)))
        self._frames = self._frame_memory.records(layout[frame], (streams, objects, frames + 1))
        raw = np.dtype(np.uint8)
        object_bytes = self._object_memory.records(raw, (*shape, layout.size(single)))
        frame_bytes = self._frame_memory.records(raw, (*self._frames.shape, layout.size(frame)))
        self._object_ends, self._frame_ends = object_bytes[:, objects], frame_bytes[:, :, frames]
        self._object_pointers = np.uint64(self._frame_memory.address) + np.arange(
            streams * objects, dtype=np.uint64
        ).reshape(streams, objects) * np.uint64((frames + 1) * layout.size(frame))
        self._stream_pointers = np.uint64(self._object_memory.address) + np.arange(
            streams, dtype=np.uint64
        ) * np.uint64((objects + 1) * layout.size(single))
        self._objects["list"][:, :objects] = self._object_pointers
        if layout.has(single, "numAllocated") and kind == "terminated":
            self._objects["numAllocated"][:, :objects] = frames
        self.batch["list"] = self._stream_block.address
        self.batch["numAllocated"] = streams
        self.reset()

    @property
    def address(self) -> int:
        """Address of the batch structure."""
        return self.batch.address

    def reset(self) -> None:
        """Sets the counts to 0, as the host does when the buffer comes back from downstream."""
        streams, objects, _ = self.limits
        self.batch["numFilled"] = 0
        self._stream_block.bytes[: self._stream_block.size] = PATTERN
        self._streams["list"][:streams] = self._stream_pointers
        self._streams["numAllocated"][:streams] = objects
        self._streams["numFilled"][:streams] = 0

    def contents(self) -> list[tuple[int, int, bytes]]:
        """For each filled stream its id, its number of objects and their bytes."""
        listed = []
        for k in range(min(int(self.batch["numFilled"]), self.limits[0])):
            count = min(int(self._streams["numFilled"][k]), self.limits[1])
            objects = self._objects[k, :count].tobytes()
            listed.append((int(self._streams["surfaceStreamID"][k]), count, objects))
        return listed

    def check(self, log: FindingLog, where: str) -> None:
        """Reports counts and writes beyond what the library was given, and replaced pointers."""
        streams, objects, frames = self.limits
        filled = int(self.batch["numFilled"])
        counts = [("streams", filled, streams)]
        for k in range(min(filled, streams)):
            count = int(self._streams["numFilled"][k])
            counts.append((f"objects of stream {k}", count, objects))
            used = self._objects[k, : min(count, objects)]
            longest = int(used["numObj"].max(initial=0))
            counts.append((f"frames of an object of stream {k}", longest, frames))
            if self._frame_ends[k, : len(used)].any() or self._object_ends[k].any():
                text = f"something lies behind the allocated frames or objects of stream {k}"
                log.report("misc-overflow", where, f"{self.kind}: {text}")
            if (used["list"] != self._object_pointers[k, : len(used)]).any():
                log.report("misc-pointer", where, f"{self.kind}: an object's list was replaced")
        for what, count, limit in counts:
            if count > limit:
                text = f"{self.kind}: {count} {what}, {limit} are allocated"
                log.report("misc-overflow", where, text)
        behind_streams = self._streams[streams:].tobytes() + bytes(
            self._stream_block.bytes[self._stream_block.size :]
        )
        if behind_streams.strip(bytes([PATTERN])) or self.batch.overrun() is not None:
            log.report("misc-overflow", where, f"{self.kind}: a stream too many was written")
        if (self._streams["list"][:streams] != self._stream_pointers).any():
            log.report("misc-pointer", where, f"{self.kind}: a stream's list was replaced")

    def records(
        self, sizes: dict[int, Floats | None], log: FindingLog, where: str
    ) -> list[MiscRecord]:
        """What the buffer holds, and what is wrong with it.

        Args:
            sizes: Stream ids that may stand there, with the (4,) factors that their boxes are
                multiplied by, None for no scaling.
            log: Where findings go.
            where: The call in words.
        """
        listed = []
        for k, (stream_id, count, _) in enumerate(self.contents()):
            if stream_id not in sizes:
                text = f"{self.kind}: stream {stream_id} is not among {sorted(sizes)}"
                log.report("misc-stream", where, text)
                continue
            for number in range(count):
                record = self._record(stream_id, k, number, sizes[stream_id])
                self._check_record(record, log, where)
                listed.append(record)
        return listed

    def _record(self, stream_id: int, k: int, number: int, factors: Floats | None) -> MiscRecord:
        single = self._objects[k, number]
        count = min(int(single["numObj"]), self.limits[2])
        frames = self._frames[k, number, :count].copy()
        boxes = frames["tBbox"]["ltwh"].astype(np.float32)
        has_states = "trackerState" in (frames.dtype.names or ())
        return MiscRecord(
            self.kind,
            pad_of(stream_id),
            surface_of(stream_id),
            int(single["uniqueId"]),
            int(single["classId"]),
            frames["frameNum"].astype(np.int64),
            boxes if factors is None else boxes * factors,
            frames["confidence"].copy(),
            frames["age"].astype(np.int64),
            frames["trackerState"].astype(np.int64) if has_states else np.zeros(count, np.int64),
        )

    def _check_record(self, record: MiscRecord, log: FindingLog, where: str) -> None:
        whose = f"{self.kind}: object {record.id} of pad {record.pad}"
        if record.id in (0, UNTRACKED):
            log.report("misc-object", where, f"{whose} has no id of its own")
        if not len(record.numbers):
            log.report("misc-object", where, f"{whose} has no frames")
        if not np.isfinite(record.boxes).all():
            log.report("misc-object", where, f"{whose} has a box that is not finite")


class MiscData:
    """All misc data of one context.

    Args:
        layout: The version's record types.
        answer: What the library declared.
        streams: Streams in a batch.
        tracker_size: Width and height that past boxes are scaled from.
    """

    def __init__(
        self, layout: Layout, answer: Answer, streams: int, tracker_size: tuple[int, int]
    ) -> None:
        self._layout = layout
        self._tracker_size = np.asarray([*tracker_size, *tracker_size], np.float32)
        lengths = {"past": answer.past_frames, "terminated": answer.trajectory, "shadow": 1}
        declared = {"past": answer.past, "terminated": answer.terminated, "shadow": answer.shadow}
        self._has_buffers = answer.has_misc_buffers
        self.buffers: list[MiscBuffer] = [
            MiscBuffer(layout, kind, streams, answer.targets, lengths[kind])
            for kind in KINDS
            if self._has_buffers and declared[kind]
        ]
        self._undeclared = {kind: Lent(layout[_struct_names(layout)[0]]) for kind in KINDS}
        self._untouched = self._undeclared["past"].raw
        self.asked: Lent | None = None
        self._before: list[list[tuple[int, int, bytes]]] = []
        self._seen: set[int] = set()

    def lend(self) -> int:
        """Sets what NvMOT_RetrieveMiscData is given; returns its address."""
        self._before = [buffer.contents() for buffer in self.buffers]
        self.asked = Lent(self._layout["NvMOTTrackerMiscData"])
        present = {buffer.kind: buffer.address for buffer in self.buffers}
        for kind, pointer in _POINTERS.items():
            if not self._layout.has("NvMOTTrackerMiscData", pointer):
                continue
            if self._has_buffers:
                value = present.get(kind, self._undeclared[kind].address)
            else:  # the host sets these two to null and forgets the third
                value = PATTERN_U64 if kind == "shadow" else 0
            self.asked[pointer] = value
        return self.asked.address

    def lend_past(self) -> int:
        """The past-frame batch that NvMOT_ProcessPast is given; returns its address."""
        self._before = [buffer.contents() for buffer in self.buffers]
        return self.buffers[0].address

    def check(self, log: FindingLog, where: str) -> None:
        """Reports what the call wrote where it may not, and earlier rounds' data that it lost."""
        for kind, lent in self._undeclared.items():
            if lent.raw != self._untouched or lent.overrun() is not None:
                log.report("misc-pointer", where, f"{kind} was written, the query declared none")
                self._undeclared[kind] = Lent(self._layout[_struct_names(self._layout)[0]])
        for buffer, before in zip(self.buffers, self._before, strict=True):
            buffer.check(log, where)
            if not _continues(before, buffer.contents()):
                text = f"{buffer.kind}: what an earlier round of the batch had filled was changed"
                log.report("misc-append", where, text)

    def take(
        self, first_round: Sequence[Prepared], log: FindingLog, where: str
    ) -> list[MiscRecord]:
        """What the batch's rounds brought; the buffers are empty afterwards."""
        scales = {frame.stream_id: self._scale(frame) for frame in first_round}
        self._seen |= set(scales)
        listed = []
        for buffer in self.buffers:
            allowed = scales if buffer.kind == "past" else dict.fromkeys(self._seen)
            listed += buffer.records(allowed, log, where)
            buffer.reset()
        return listed

    def _scale(self, frame: Prepared) -> Floats | None:
        size = np.asarray([*frame.source.size, *frame.source.size], np.float32)
        return None if np.array_equal(size, self._tracker_size) else size / self._tracker_size


def _continues(before: list[tuple[int, int, bytes]], after: list[tuple[int, int, bytes]]) -> bool:
    """Whether ``after`` begins with all that ``before`` holds."""
    return len(after) >= len(before) and all(
        old[0] == new[0] and new[2].startswith(old[2])
        for old, new in zip(before, after, strict=False)
    )
