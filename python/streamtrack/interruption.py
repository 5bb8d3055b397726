"""Signals that ask the process to end: Ctrl-C, SIGTERM of service managers, a closed terminal."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asks the process to end: what is under way is left as by Ctrl-C.

    Attributes:
        signal: Which one.
    """

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(self.signal.name)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Raises what a signal asks for.

    Raises:
        Interrupted: Always.
    """
    del frame
    raise Interrupted(number)


# What of a process's settings stays as it is: a shell's background job ignores Ctrl-C, a program
# that tracks cameras may have a handler of its own.
_REPLACED = (signal.SIG_DFL, signal.default_int_handler, interrupt)


@contextmanager
def taking_signals(take: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Gives SIGINT, SIGTERM and SIGHUP to `take` meanwhile; in a thread it changes nothing."""
    before = {}
    try:
        for number in _ASKING:
            if signal.getsignal(number) in _REPLACED:
                before[number] = signal.signal(number, take)
    except ValueError:  # only the main thread may
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
