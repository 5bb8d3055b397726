"""How a run of live cameras ends: on Ctrl-C or SIGTERM, with everything that it began written."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What of a process's settings stays as it is: a shell's background job ignores Ctrl-C, a program
# that tracks cameras may have a handler of its own.
_REPLACED = (signal.SIG_DFL, signal.default_int_handler)


class Ending:
    """Whether the run is to end; the signal only notes it, so that no step is broken off.

    Attributes:
        wanted: A signal came.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._waiting = False

    def take_signal(self, number: int, frame: FrameType | None) -> None:
        """Notes that the run is to end; while it waits for pictures it ends at once.

        Raises:
            KeyboardInterrupt: It waits, or a signal came before: whoever asks twice means it.
        """
        del number, frame
        if self._waiting or self.wanted:
            self.wanted = True
            raise KeyboardInterrupt
        self.wanted = True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Marks what may be broken off, since nothing of it has been written."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False


@contextmanager
def end_on_signals() -> Iterator[Ending]:
    """Takes SIGINT and SIGTERM meanwhile; outside the main thread it changes nothing."""
    ending = Ending()
    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) in _REPLACED:
                before[number] = signal.signal(number, ending.take_signal)
    except ValueError:  # only the main thread may
        pass
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
