"""Tracking ids: the host's reset mapping, and the rules an id has to keep."""

from __future__ import annotations

import threading

import numpy as np

from .findings import FindingLog
from .frames import Ids, pad_of

UNTRACKED = 0xFFFFFFFFFFFFFFFF
"""The object id that means: no track."""

_RESET_ON_STREAM_RESET = 1
_FROM_ZERO_AFTER_END = 2
_UPPER_HALF = np.uint64(0xFFFFFFFF00000000)
_LOWER_HALF = np.uint64(0x00000000FFFFFFFF)


class ResetMapping:
    """The property tracking-id-reset-mode.

    Args:
        mode: Bit 0: a stream's reset removes its tracks; bit 1: ids count from 0 in each stream,
            anew after its end.
    """

    def __init__(self, mode: int) -> None:
        if mode not in range(4):
            raise ValueError(f"reset_mode must be 0, 1, 2 or 3, got {mode}; choose one of them")
        self.removes_on_reset = bool(mode & _RESET_ON_STREAM_RESET)
        self.removes_on_end = bool(mode & _FROM_ZERO_AFTER_END)
        self._first: dict[int, np.uint64] = {}

    def apply(self, stream_id: int, ids: Ids) -> Ids:
        """The ids downstream: upper half kept, lower half counted from the stream's first id."""
        if not len(ids):
            return ids.copy()
        first = self._first.setdefault(stream_id, ids[0])
        if not self.removes_on_end:
            return ids.copy()
        return (ids & _UPPER_HALF) + ((ids - first) & _LOWER_HALF)

    def surfaces(self, pad: int) -> list[int]:
        """Stream ids of the pad that ever gave an object."""
        return [stream_id for stream_id in self._first if pad_of(stream_id) == pad]

    def forget(self, pad: int) -> None:
        """Lets the pad's ids count from 0 again."""
        for stream_id in self.surfaces(pad):
            del self._first[stream_id]


class IdRecords:
    """Which stream every id was given to, for as long as the host lives."""

    def __init__(self, log: FindingLog) -> None:
        self._log = log
        self._owner: dict[int, tuple[int, int]] = {}
        self._lives: dict[int, int] = {}
        self._lock = threading.Lock()

    def check(self, stream_id: int, ids: list[int], where: str) -> None:
        """Reports ids that are 0, untracked, doubled, another stream's, or removed before."""
        if 0 in ids:
            self._log.report("id-zero", where, "an object has the id 0")
        if UNTRACKED in ids:
            self._log.report("id-untracked", where, f"an object has the id {UNTRACKED}")
        if len(set(ids)) < len(ids):
            doubled = next(number for number in ids if ids.count(number) > 1)
            self._log.report("id-twice", where, f"id {doubled} stands there more than once")
        with self._lock:
            life = (stream_id, self._lives.setdefault(stream_id, 0))
            for number in ids:
                owner = self._owner.setdefault(number, life)
                if owner != life and number not in (0, UNTRACKED):
                    self._report_owner(number, owner, stream_id, where)

    def _report_owner(
        self, number: int, owner: tuple[int, int], stream_id: int, where: str
    ) -> None:
        if owner[0] == stream_id:
            self._log.report(
                "id-reused", where, f"id {number} was given before the stream was removed"
            )
        else:
            self._log.report(
                "id-two-streams", where, f"id {number} was given to stream {owner[0]} before"
            )

    def forget(self, pad: int) -> None:
        """Begins a new life of the pad's streams, in which none of their ids may come back."""
        with self._lock:
            for stream_id in self._lives:
                self._lives[stream_id] += pad_of(stream_id) == pad
