"""How a run of live cameras ends: on Ctrl-C or SIGTERM, with everything that it began written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from streamtrack.interruption import interrupt, taking_signals


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
            Interrupted: It waits, or a signal came before: whoever asks twice means it.
        """
        if self._waiting or self.wanted:
            self.wanted = True
            interrupt(number, frame)
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
    """Takes SIGINT, SIGTERM and SIGHUP meanwhile; outside the main thread it changes nothing."""
    ending = Ending()
    with taking_signals(ending.take_signal):
        yield ending
