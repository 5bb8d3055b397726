"""What reaches the standard output from C, which sys.stdout does not see."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from .memory import libc

_STDOUT = 1


class Printed:
    """What was printed while the standard output was watched.

    Args:
        descriptor: The file that stands in for the standard output.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._read = 0

    def news(self) -> str:
        """What was printed since the last call."""
        libc.fflush(None)
        size = os.fstat(self._descriptor).st_size
        text = os.pread(self._descriptor, size - self._read, self._read)
        self._read = size
        return text.decode(errors="replace")


@contextmanager
def watched_stdout() -> Iterator[Printed]:
    """Catches everything that this process prints to file descriptor 1, Python's own included."""
    sys.stdout.flush()
    libc.fflush(None)
    saved = os.dup(_STDOUT)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), _STDOUT)
        try:
            yield Printed(file.fileno())
        finally:
            sys.stdout.flush()
            libc.fflush(None)
            os.dup2(saved, _STDOUT)
            os.close(saved)
