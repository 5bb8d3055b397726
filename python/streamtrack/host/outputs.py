"""The output arrays lent to NvMOT_Process, and what the library may not do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .findings import FindingLog
from .frames import Prepared
from .layout import Layout, owned_bytes
from .memory import PATTERN, PATTERN_U32, Block, Lent, Records, Reserve

_OBJECT = "NvMOTTrackedObj"
_OWNED = {"classId", "trackingId", "bbox", "confidence", "age", "associatedObjectIn"}


class OutputBuffers:
    """One list of output slots for each frame of a call, allocated once as the host does.

    Every byte that the host leaves uninitialised holds a pattern, so that whatever was written is
    seen afterwards.

    Args:
        layout: The version's record types.
        frames: Frames that a call may hold.
        targets: Slots in each list.
        declared: Further fields of NvMOTTrackedObj that the library owns by its answer to the
            query.
        mask_pixels: Floats in each slot's mask buffer, from DeepStream 8.0 on.
    """

    def __init__(
        self, layout: Layout, frames: int, targets: int, declared: set[str], mask_pixels: int
    ) -> None:
        self._layout = layout
        self._targets = targets
        kind = layout[_OBJECT]
        self._batch = Lent(layout["NvMOTTrackedObjBatch"])
        self._list_block = Block(frames * layout.size("NvMOTTrackedObjList"))
        self._lists = self._list_block.records(layout["NvMOTTrackedObjList"], (frames,))
        self._slot_blocks = [Block(targets * kind.itemsize) for _ in range(frames)]
        self._slots = [block.records(kind, (targets,)) for block in self._slot_blocks]
        shape = (targets, kind.itemsize // 8)
        self._words = [block.records(np.dtype(np.uint64), shape) for block in self._slot_blocks]
        foreign = np.where(owned_bytes(layout, _OBJECT, _OWNED | declared), 0, 0xFF).astype(
            np.uint8
        )
        self._foreign: npt.NDArray[np.uint64] = foreign.view(np.uint64)
        expected = np.frombuffer(bytes([PATTERN]) * (targets * kind.itemsize), kind).copy()
        self._masks: Reserve | None = None
        if layout.has(_OBJECT, "mask"):
            self._masks = _lend_masks(expected["mask"], mask_pixels)
        self._expected = expected.view(np.uint64).reshape(shape)
        for words in self._words:
            words[:] = self._expected

    @property
    def address(self) -> int:
        """Address of the NvMOTTrackedObjBatch."""
        return self._batch.address

    def lend(self, frames: Sequence[Prepared]) -> None:
        """Sets what the host sets before a call; numFilled stays garbage, since no host sets it."""
        count, lists = len(frames), self._lists
        self._list_block.bytes[: self._list_block.size] = PATTERN
        lists["streamID"][:count] = [frame.stream_id for frame in frames]
        lists["frameNum"][:count] = [frame.source.number & 0xFFFFFFFF for frame in frames]
        lists["list"][:count] = [block.address for block in self._slot_blocks[:count]]
        lists["numAllocated"][:count] = self._targets
        self._batch["list"] = self._list_block.address
        self._batch["numAllocated"] = self._batch["numFilled"] = count
        if "pReidTensorBatch" in (self._batch.fields.dtype.names or ()):
            self._batch["pReidTensorBatch"] = 0

    def take(self, frames: Sequence[Prepared], log: FindingLog, call: str) -> list[Records]:
        """Checks what the library wrote and puts the patterns back.

        Returns:
            For each frame the filled output slots, empty where the library gave none.
        """
        by_stream = {frame.stream_id: k for k, frame in enumerate(frames)}
        rows: list[Records] = [self._slots[0][:0] for _ in frames]
        walked = self._check_batch(frames, log, call)
        answered: set[int] = set()
        for k, frame in enumerate(frames):
            header = self._lists[k]
            filled = self._check_header(k, frame, header, log, call)
            self._check_slots(k, filled, log, f"{call}, {frame.where}")
            taken = self._slots[k][:filled].copy()
            self._words[k][:filled] = self._expected[:filled]
            named = int(header["streamID"])
            if k >= walked:
                continue
            if named not in by_stream:
                log.report(
                    "frame-not-asked",
                    f"{call}, list {k}",
                    f"it names stream {named}, which is not in this call",
                )
            elif named in answered:
                log.report("stream-list", f"{call}, list {k}", f"stream {named} has a second list")
            else:
                answered.add(named)
                self._check_frame_number(frames[by_stream[named]], header, log, call)
                rows[by_stream[named]] = taken
        for frame in frames:
            if frame.stream_id not in answered:
                log.report("stream-list", call, f"no output list names {frame.where}")
        return rows

    def _check_batch(self, frames: Sequence[Prepared], log: FindingLog, call: str) -> int:
        count, filled = len(frames), int(self._batch["numFilled"])
        if filled > count:
            log.report(
                "frame-not-asked",
                call,
                f"numFilled of the batch is {filled}, {count} frames were asked",
            )
        elif filled < count:
            log.report(
                "stream-list",
                call,
                f"numFilled of the batch is {filled}, {count} frames were asked",
            )
        if int(self._batch["list"]) != self._list_block.address:
            log.report("list-pointer", call, "the batch's list pointer was replaced")
        if int(self._batch["numAllocated"]) != count:
            log.report(
                "num-filled",
                call,
                f"numAllocated of the batch was changed to {int(self._batch['numAllocated'])}",
            )
        first = count * self._lists.dtype.itemsize
        if (self._list_block.bytes[first:] != PATTERN).any() or self._batch.overrun() is not None:
            log.report(
                "frame-not-asked", call, f"something was written behind the {count} output lists"
            )
            self._list_block.mend()
        return min(filled, count)

    def _check_header(
        self, k: int, frame: Prepared, header: Any, log: FindingLog, call: str
    ) -> int:
        where, filled = f"{call}, {frame.where}", int(header["numFilled"])
        if int(header["list"]) != self._slot_blocks[k].address:
            log.report("list-pointer", where, "the list's pointer was replaced")
            return 0
        if int(header["numAllocated"]) != self._targets:
            log.report(
                "num-filled", where, f"numAllocated was changed to {int(header['numAllocated'])}"
            )
        if filled == PATTERN_U32:
            log.report("num-filled", where, "numFilled was not set")
            return 0
        if filled > self._targets:
            log.report("num-filled", where, f"numFilled is {filled}, numAllocated {self._targets}")
        return min(filled, self._targets)

    def _check_frame_number(self, frame: Prepared, header: Any, log: FindingLog, call: str) -> None:
        asked, found = frame.source.number & 0xFFFFFFFF, int(header["frameNum"])
        if asked != found:
            log.report("frame-number", f"{call}, {frame.where}", f"frameNum became {found}")

    def _check_slots(self, k: int, filled: int, log: FindingLog, where: str) -> None:
        changed = self._words[k] ^ self._expected
        foreign = changed[:filled] & self._foreign
        if foreign.any():
            self._report_foreign(foreign, log, where)
        if np.count_nonzero(changed[filled:]):
            slot = filled + int(np.flatnonzero(changed[filled:].any(axis=1))[0])
            byte = int(np.flatnonzero(changed[slot].view(np.uint8))[0])
            name = self._layout.field_at(_OBJECT, byte)
            found = f"slot {slot}, byte {byte} ({name}) was written, numFilled is {filled}"
            log.report("beyond-filled", where, found)
            self._words[k][filled:] = self._expected[filled:]
        past = self._slot_blocks[k].overrun()
        if past is not None:
            size = self._slot_blocks[k].size
            log.report("stride", where, f"byte {past} behind the list's {size} bytes was written")
            self._slot_blocks[k].mend()

    def _report_foreign(self, foreign: npt.NDArray[np.uint64], log: FindingLog, where: str) -> None:
        slot = int(np.flatnonzero(foreign.any(axis=1))[0])
        bytes_hit = np.flatnonzero(foreign[slot].view(np.uint8))
        names = list(dict.fromkeys(self._layout.field_at(_OBJECT, int(byte)) for byte in bytes_hit))
        found = f"slot {slot}, byte {int(bytes_hit[0])}: {', '.join(names)} was written"
        log.report("mask" if names == ["mask"] else "foreign-field", where, found)

    def check_masks(self, log: FindingLog, call: str) -> None:
        """Reports mask buffers that were written to; cheap, but not for every frame."""
        written = self._masks.written_kilobytes() if self._masks is not None else 0
        if written:
            log.report("mask", call, f"{written} kB of mask buffers were written to")


def _lend_masks(masks: Records, mask_pixels: int) -> Reserve:
    """Gives each slot of a list a mask buffer.

    The lists share them: nobody may write there, and a list of its own for each of many streams
    would take more address space than some machines have.
    """
    slot_bytes = mask_pixels * 4
    reserve = Reserve(max(len(masks) * slot_bytes, 1))
    steps = np.arange(len(masks), dtype=np.uint64) * np.uint64(slot_bytes)
    masks["data"] = np.uint64(reserve.address) + steps
    masks["width"], masks["height"], masks["allocatedSize"] = 0, 0, mask_pixels
    return reserve
