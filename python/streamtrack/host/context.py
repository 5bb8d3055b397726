"""One context of the library: its arrays, its thread, and the calls with its handle."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from .findings import HostError
from .frames import FrameResult, Prepared
from .inputs import InputBuffers
from .metadata import MetadataRules, to_metadata
from .outputs import OutputBuffers
from .startup import Answer, Setup, ask, open_context


class Context:
    """One NvMOT context, and the thread in which it is processed.

    Args:
        number: Which sub-batch it serves.
        streams: Streams that it may be given in one call.
        config_path: The part of ll-config-file that it gets.
    """

    def __init__(
        self, setup: Setup, number: int, streams: int, config_path: bytes | None, suffix: str
    ) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix=f"nvtracker-{number}")
        self.seconds = 0.0
        self.calls = 0
        self._setup = setup
        self._number = number
        self._streams = streams
        self._config_path = config_path
        self._suffix = suffix
        self._handle = 0

    def call(self, function: str) -> str:
        """A call of this context in words."""
        return f"{function}{self._suffix}"

    def open(self, answer: Answer | None) -> None:
        """NvMOT_Init, with what NvMOT_Query answered before it where the version asks first."""
        name = self.call("NvMOT_Init")
        self._handle = open_context(self._setup, self._config_path, self._streams, answer, name)

    def ask(self) -> Answer:
        """NvMOT_Query, for an open context."""
        return ask(self._setup, self._config_path, self._handle, self.call("NvMOT_Query"))

    def close(self) -> None:
        """NvMOT_DeInit, if the context is open."""
        if self._handle:
            self._setup.library.deinit(self._handle)
            self._handle = 0

    def allocate(self, answer: Answer) -> None:
        """Makes the arrays, sized by the merged answer of all contexts."""
        setup = self._setup
        width, height = setup.tracker_size
        self._inputs = InputBuffers(setup.layout, self._streams, answer.targets, setup.tracker_size)
        self._outputs = OutputBuffers(
            setup.layout, self._streams, answer.targets, set(answer.declared), width * height
        )

    def process(
        self, rounds: Sequence[Sequence[Prepared]], rules: MetadataRules
    ) -> list[list[FrameResult]]:
        """NvMOT_Process for each round, with what comes after it.

        Returns:
            The results of each round, in its order.

        Raises:
            HostError: The library answered an error.
        """
        return [self._process_round(frames, rules) for frames in rounds]

    def _process_round(self, frames: Sequence[Prepared], rules: MetadataRules) -> list[FrameResult]:
        if len(frames) > self._streams:
            raise HostError(
                f"a batch must hold at most {self._streams} streams, got {len(frames)}; raise"
                " max_streams"
            )
        call, log = self.call("NvMOT_Process"), self._setup.log
        self._inputs.fill(frames)
        self._outputs.lend(frames)
        start = time.perf_counter()
        status = self._setup.library.process(
            self._handle, self._inputs.params.address, self._outputs.address
        )
        self.seconds += time.perf_counter() - start
        self.calls += 1
        rows = self._outputs.take(frames, log, call)
        self._inputs.check(frames, log, call)
        results = [
            to_metadata(frame, row, rules, call) for frame, row in zip(frames, rows, strict=True)
        ]
        if status != 0:
            found = f"it answered {status} for {', '.join(frame.where for frame in frames)}"
            log.report("process-status", call, found)
            raise HostError(f"{call} must answer 0 (OK): {found}")
        return results

    def remove(self, stream_id: int) -> None:
        """NvMOT_RemoveStreams.

        Raises:
            HostError: The library answered an error.
        """
        status = self._setup.library.remove_streams(self._handle, stream_id)
        returns_status = self._setup.behaviour.number >= (5, 1)
        if returns_status and status != 0:
            call = self.call("NvMOT_RemoveStreams")
            self._setup.log.report(
                "call-status", call, f"it answered {status} for stream {stream_id}"
            )
            raise HostError(f"{call} must answer 0 (OK), got {status} for stream {stream_id}")

    def check_masks(self) -> None:
        """Reports mask buffers that were written to."""
        self._outputs.check_masks(self._setup.log, self.call("NvMOT_Process"))
