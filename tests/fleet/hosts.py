"""Starts and ends the hosts of a fleet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PROGRAM = Path(__file__).with_name("simulated_host.py")
Ids = dict[str, list[int]]


@dataclass(frozen=True)
class Orders:
    """What a host plays.

    Attributes:
        config: The tracker's YAML file.
        streams: Its cameras.
        people: Objects in each frame.
        impossible: How many of them have a score that no tracker can take.
        first: The first frame's number.
        frames: After so many the cameras are silent, while the host lives on.
    """

    config: str
    streams: int = 2
    people: int = 8
    impossible: int = 0
    first: int = 0
    frames: int = 1_000_000


class RunningHost:
    """A host that was started; `complaints` are the lines on stderr, once it has ended."""

    def __init__(self, orders: Orders, node_id: int | None = None) -> None:
        env = dict(os.environ)
        if node_id is not None:
            env["STREAMTRACK_NODE_ID"] = str(node_id)
        self.complaints: list[str] = []
        self._ended = False
        self._reader: threading.Thread | None = None
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), json.dumps(asdict(orders))],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def lines(self) -> Iterator[str]:
        assert self._process.stdout is not None
        return iter(self._process.stdout.readline, "")  # the file outlives the iterator

    def await_ready(self) -> None:
        assert next(self.lines(), None) == "ready\n", self.end(signal.SIGKILL)

    def batches(self) -> Iterator[Ids]:
        """The ids of each batch from now on."""
        for line in self.lines():
            if line.startswith("{"):
                yield json.loads(line)

    def ids_of(self, batches: int) -> Ids:
        """All ids of the next batches, sorted, by pad."""
        seen: dict[str, set[int]] = {}
        for _, batch in zip(range(batches), self.batches(), strict=False):
            for pad, ids in batch.items():
                seen.setdefault(pad, set()).update(ids)
        return {pad: sorted(ids) for pad, ids in seen.items()}

    def drain(self) -> None:
        """Goes on reading what the host prints, which would stop when nobody does."""
        self._reader = threading.Thread(target=lambda: [None for _ in self.lines()])
        self._reader.start()

    def end(self, number: signal.Signals = signal.SIGTERM) -> list[str]:
        """Sends the signal, waits, and returns what the host said on stderr."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        if self._reader is not None:
            self._reader.join()  # two must not read at once
        if not self._ended:
            self._ended = True
            _, said = self._process.communicate(timeout=60)
            self.complaints += said.splitlines()
        return self.complaints


@contextmanager
def running(orders: Orders, node_id: int | None = None) -> Iterator[RunningHost]:
    """A host that ends in order with the block, and had nothing to complain of."""
    host = RunningHost(orders, node_id)
    try:
        yield host
    except BaseException:
        host.end(signal.SIGKILL)
        raise
    assert host.end() == []
