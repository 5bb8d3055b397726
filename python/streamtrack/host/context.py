"""One context of the library: its arrays, its thread, and the calls with its handle."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .findings import HostError
from .frames import FrameResult, Prepared
from .inputs import InputBuffers
from .memory import LentString
from .metadata import MetadataRules, to_metadata
from .misc import MiscData, MiscRecord
from .outputs import OutputBuffers
from .startup import Answer, Setup, ask, open_context


@dataclass(frozen=True)
class Outcome:
    """What a batch brought: each round's results in its order, and the misc data."""

    results: list[list[FrameResult]]
    misc: list[MiscRecord]


@dataclass(frozen=True)
class Plan:
    """Where a context stands among the contexts of its host.

    Attributes:
        number: Which sub-batch it serves.
        streams: Streams that it may be given in one call.
        config_path: The part of ll-config-file that it gets.
        sub_batched: Whether there are sub-batches.
        trials: How often a failed sub-batch is opened again.
        pause: Seconds before each trial.
    """

    number: int
    streams: int
    config_path: bytes | None
    sub_batched: bool
    trials: int
    pause: float


class Context:
    """One NvMOT context, and the thread in which it is processed."""

    def __init__(self, setup: Setup, plan: Plan) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix=f"nvtracker-{plan.number}")
        self.seconds = 0.0
        self._setup = setup
        self._plan = plan
        self._handle = 0

    def call(self, function: str) -> str:
        """A call of this context in words."""
        return (
            f"{function} of sub-batch {self._plan.number}" if self._plan.sub_batched else function
        )

    def open(self, answer: Answer | None) -> None:
        """NvMOT_Init, with what NvMOT_Query answered before it where the version asks first."""
        path, streams = self._plan.config_path, self._plan.streams
        self._handle = open_context(self._setup, path, streams, answer, self.call("NvMOT_Init"))

    def ask(self) -> Answer:
        """NvMOT_Query, for an open context."""
        name = self.call("NvMOT_Query")
        return ask(self._setup, self._plan.config_path, self._handle, name)

    def close(self) -> None:
        """NvMOT_DeInit, if the context is open."""
        if self._handle:
            self._setup.library.deinit(self._handle)
            self._handle = 0

    def allocate(self, answer: Answer) -> None:
        """Makes the arrays, sized by the merged answer of all contexts.

        Raises:
            HostError: The version has no such misc data for this sub-batch.
        """
        setup, streams, targets = self._setup, self._plan.streams, answer.targets
        declares_tracks = answer.terminated or answer.shadow
        if setup.behaviour.inits_in_sub_batch_threads and self._plan.number and declares_tracks:
            raise HostError(
                "DeepStream 6.4 has terminated and shadow tracks in sub-batch 0 only; leave them"
                " out of the others' configurations"
            )
        width, height = setup.tracker_size
        self._inputs = InputBuffers(setup.layout, streams, targets, setup.tracker_size)
        self._outputs = OutputBuffers(
            setup.layout, streams, targets, set(answer.declared), width * height
        )
        self._misc = MiscData(setup.layout, answer, streams, setup.tracker_size)

    def process(self, rounds: Sequence[Sequence[Prepared]], rules: MetadataRules) -> Outcome:
        """NvMOT_Process for each round, with what comes after it.

        Raises:
            HostError: The library answered an error, and cannot be opened again.
        """
        outcome = Outcome([], [])
        for frames in rounds:
            try:
                outcome.results.append(self._process_round(frames, rules))
            except HostError as error:
                self._recover(error)
                outcome.results.append([FrameResult.without_objects(f.source) for f in frames])
            if self._plan.sub_batched:
                outcome.misc.extend(self._take_misc(frames))
        if not self._plan.sub_batched:
            outcome.misc.extend(self._take_misc(rounds[0]))
        return outcome

    def _process_round(self, frames: Sequence[Prepared], rules: MetadataRules) -> list[FrameResult]:
        call, log = self.call("NvMOT_Process"), self._setup.log
        self._inputs.fill(frames)
        self._outputs.lend(frames)
        start = time.perf_counter()
        status = self._setup.library.process(
            self._handle, self._inputs.params.address, self._outputs.address
        )
        self.seconds += time.perf_counter() - start
        rows = self._outputs.take(frames, log, call)
        self._inputs.check(frames, log, call)
        self._retrieve_misc(frames)
        results = [
            to_metadata(frame, row, rules, call) for frame, row in zip(frames, rows, strict=True)
        ]
        if status != 0:
            found = f"it answered {status} for {', '.join(frame.where for frame in frames)}"
            log.report("process-status", call, found)
            raise HostError(f"{call} must answer 0 (OK): {found}")
        return results

    def _recover(self, error: HostError) -> None:
        """Closes a failed sub-batch and opens it again, where the version does so."""
        for _ in range(self._plan.trials if self._plan.sub_batched else 0):
            self.close()
            time.sleep(self._plan.pause)
            if self._reopens():
                return
        raise error

    def _reopens(self) -> bool:
        try:
            self.open(None)
            self.ask()
        except HostError:
            return False
        return True

    def _retrieve_misc(self, frames: Sequence[Prepared]) -> None:
        library, params = self._setup.library, self._inputs.params.address
        if not self._setup.behaviour.has_process_past:
            if not library.has("NvMOT_RetrieveMiscData"):
                return
            name = self.call("NvMOT_RetrieveMiscData")
            status = library.retrieve_misc_data(self._handle, params, self._misc.lend())
        elif self._misc.buffers and library.has("NvMOT_ProcessPast"):
            name = self.call("NvMOT_ProcessPast")
            status = library.process_past(self._handle, params, self._misc.lend_past())
        else:
            return
        if status != 0:
            self._setup.log.report("call-status", name, f"it answered {status}")
        self._misc.check(self._setup.log, name)
        self._inputs.check(frames, self._setup.log, name)

    def _take_misc(self, first_round: Sequence[Prepared]) -> list[MiscRecord]:
        return self._misc.take(first_round, self._setup.log, self.call("misc data"))

    def update(self, text: bytes) -> int:
        """NvMOT_UpdateParams; returns its status."""
        string = LentString(text)
        status = self._setup.library.update_params(self._handle, string.address)
        if string.was_changed():
            name = self.call("NvMOT_UpdateParams")
            self._setup.log.report("string-changed", name, "the text was written to")
        string.retire()
        return status

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
