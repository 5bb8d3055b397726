"""Memory lent to the library: patterned where the host leaves it uninitialised, guarded."""

from __future__ import annotations

import ctypes
import mmap
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PATTERN = 0xA5
"""A byte that a real host leaves uninitialised; eight of them are no valid address."""
PATTERN_U32 = 0xA5A5A5A5
PATTERN_U64 = 0xA5A5A5A5A5A5A5A5
STALE = 0x5A
"""What memory of the host's stack holds once the call that it was lent for has returned."""

_GUARD_BYTES = 64
_SLACK_BYTES = 8
_PAGE = mmap.PAGESIZE
_PROT_NONE, _PROT_READ, _PROT_WRITE = 0, 1, 2
_MAP_PRIVATE, _MAP_ANONYMOUS, _MAP_NORESERVE = 0x02, 0x20, 0x4000
_MAP_FAILED = ctypes.c_void_p(-1).value

libc = ctypes.CDLL(None, use_errno=True)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.malloc_usable_size.restype = ctypes.c_size_t
libc.malloc_usable_size.argtypes = [ctypes.c_void_p]
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

Records = npt.NDArray[Any]


class Block:
    """``size`` bytes from the C library's malloc, patterned; freed when no view of them is left.

    The library may measure it with ``malloc_usable_size``, so no more is added than malloc itself
    often does; these bytes are patterned too and tell of a write past the end.
    """

    def __init__(self, size: int) -> None:
        address = libc.malloc(size + _SLACK_BYTES)
        if not address:
            raise MemoryError(
                f"malloc must give {size} bytes, gave none; use fewer streams or targets"
            )
        self.address: int = address
        self.size = size
        usable = libc.malloc_usable_size(address)
        self._memory: Any = (ctypes.c_char * usable).from_address(address)
        weakref.finalize(self._memory, libc.free, address)
        self.bytes: npt.NDArray[np.uint8] = np.ndarray((usable,), np.uint8, self._memory)
        self.bytes[:] = PATTERN

    def records(self, kind: np.dtype[Any], shape: tuple[int, ...], offset: int = 0) -> Records:
        """A view of the block as an array of ``kind``, from byte ``offset`` on."""
        return np.ndarray(shape, kind, self._memory, offset)

    def overrun(self) -> int | None:
        """How far past the end the first changed byte lies, None where nothing was written."""
        changed = np.flatnonzero(self.bytes[self.size :] != PATTERN)
        return int(changed[0]) if changed.size else None

    def mend(self) -> None:
        """Puts the pattern past the end back."""
        self.bytes[self.size :] = PATTERN


class Lent:
    """One structure on the host's stack, patterned, with guard bytes behind it.

    Args:
        kind: The structure's record type.
        zeroed: Whether the host sets the structure to zero before the call.
    """

    def __init__(self, kind: np.dtype[Any], *, zeroed: bool = False) -> None:
        self._block = Block(kind.itemsize + _GUARD_BYTES)
        self._size = kind.itemsize
        self.address = self._block.address
        self.fields = self._block.records(kind, (1,))
        if zeroed:
            self._block.bytes[: self._size] = 0

    def __setitem__(self, field: str, value: object) -> None:
        self.fields[field][0] = value

    def __getitem__(self, field: str) -> Any:
        return self.fields[field][0]

    @property
    def raw(self) -> bytes:
        """The structure's bytes as they stand now."""
        return self._block.bytes[: self._size].tobytes()

    def overrun(self) -> int | None:
        """How far past the end the first changed byte lies, None where nothing was written."""
        changed = np.flatnonzero(self._block.bytes[self._size :] != PATTERN)
        return int(changed[0]) if changed.size else None

    def retire(self) -> None:
        """Overwrites the structure, as the stack does when the host's function has returned."""
        self._block.bytes[: self._size] = STALE


class LentText:
    """A NUL-terminated text of the host that is gone after the call: overwritten, not freed.

    Args:
        text: None for a null pointer.
    """

    def __init__(self, text: bytes | None) -> None:
        self._block = None if text is None else Block(len(text) + 1)
        self.length = 0 if text is None else len(text)
        self.address = 0 if self._block is None else self._block.address
        if self._block is not None and text is not None:
            self._block.bytes[: len(text) + 1] = np.frombuffer(text + b"\0", np.uint8)

    @property
    def raw(self) -> bytes:
        """The text's bytes as they stand now."""
        return b"" if self._block is None else self._block.bytes.tobytes()

    def retire(self) -> None:
        """Overwrites the text, as a temporary's memory is."""
        if self._block is not None:
            self._block.bytes[: self.length] = STALE


class LentString:
    """A libstdc++ ``std::string``: pointer, length, and 16 bytes for a short text or the capacity.

    Args:
        text: What it holds.
    """

    _SHORT = 16

    def __init__(self, text: bytes) -> None:
        self._object = Block(32)
        self._text = LentText(text)
        self.address = self._object.address
        words = self._object.records(np.dtype(np.uint64), (4,))
        words[1] = len(text)
        if len(text) < self._SHORT:
            words[0] = self.address + self._SHORT
            short = text + bytes(1)
            self._object.bytes[16 : 16 + len(short)] = np.frombuffer(short, np.uint8)
        else:
            words[0] = self._text.address
            words[2] = len(text)
        self._given = self._now()

    def _now(self) -> bytes:
        return self._object.bytes.tobytes() + self._text.raw

    def was_changed(self) -> bool:
        """Whether anything of the object or its text was written to."""
        return self._now() != self._given

    def retire(self) -> None:
        """Overwrites object and text, as a temporary's memory is."""
        self._object.bytes[:] = STALE
        self._text.retire()


class Reserve:
    """Untouched anonymous memory: address space until somebody writes to it.

    A page without access lies on either side, or the kernel would join the mapping to a neighbour's
    and count that one's pages with it.

    Args:
        size: Bytes, at least 1.
    """

    def __init__(self, size: int) -> None:
        inner = -(-size // _PAGE) * _PAGE
        flags = _MAP_PRIVATE | _MAP_ANONYMOUS | _MAP_NORESERVE
        start = libc.mmap(None, inner + 2 * _PAGE, _PROT_NONE, flags, -1, 0)
        if start in (None, _MAP_FAILED):
            raise MemoryError(
                f"mmap must reserve {size} bytes, gave none; use a smaller tracker_size"
            )
        self.address: int = start + _PAGE
        if libc.mprotect(self.address, inner, _PROT_READ | _PROT_WRITE) != 0:
            raise MemoryError(
                f"mprotect must open {size} bytes, did not; use a smaller tracker_size"
            )
        self._memory: Any = (ctypes.c_char * size).from_address(self.address)
        weakref.finalize(self._memory, libc.munmap, start, inner + 2 * _PAGE)

    def records(self, kind: np.dtype[Any], shape: tuple[int, ...], offset: int = 0) -> Records:
        """A view of the reserve as an array of ``kind``, from byte ``offset`` on."""
        return np.ndarray(shape, kind, self._memory, offset)

    def written_kilobytes(self) -> int:
        """Resident memory of this reserve: above 0 once anybody has written to it."""
        inside = False
        with Path("/proc/self/smaps").open(encoding="ascii", errors="replace") as maps:
            for line in maps:
                head = line.split(maxsplit=1)[0]
                if not head.endswith(":"):
                    first, _, end = head.partition("-")
                    inside = int(first, 16) <= self.address < int(end, 16)
                elif inside and head == "Rss:":
                    return int(line.split()[1])
        return 0
