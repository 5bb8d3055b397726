"""gst-nvtracker without GStreamer: drives a tracker library as a chosen version does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from .allotment import Allotment, SubBatches
from .context import Context, Plan
from .findings import Finding, FindingLog, HostError
from .frames import FrameResult, Prepared, SourceFrame, prepare
from .identity import IdRecords, ResetMapping
from .layout import layout_of
from .library import Library
from .metadata import MetadataRules
from .misc import MiscRecord
from .shim import Plugin
from .startup import Answer, Setup, ask, merge
from .versions import behaviour_of


class Host:
    """One nvtracker element with its library.

    ``with Host(...) as host:`` starts it, and closes it at the end. Used from one thread, as an
    element is.

    Args:
        library: The tracker library, ``ll-lib-file``.
        version: The DeepStream version to play, one of :data:`VERSIONS`.
        config_path: ``ll-config-file``; from 6.4 on ``;`` separates the files of sub-batches.
        max_streams: The batch size: frames of different streams that one call may hold.
        tracker_size: ``tracker-width`` and ``tracker-height``, which boxes are scaled to and back.
        gpu_id: ``gpu-id``.
        sub_batches: ``sub-batches``: lists of pads, or sizes from 7.0 on; None for one context.
        reset_mode: ``tracking-id-reset-mode``, 0 to 3.
        plugin: What the library sees when it looks at its caller.
        max_targets: Objects in a frame up to 6.2; later versions ask the library.
        keep_outside: Keep objects wholly outside their frame, which the real host removes.
        recovery_trials: ``sub-batch-err-recovery-trial-cnt``, from 7.0 on.
        recovery_pause: Seconds before each of these trials.

    Raises:
        HostError: The library cannot be loaded or misses a required function.
        ValueError: An argument is out of range.
    """

    def __init__(
        self,
        library: str | Path,
        version: str,
        *,
        config_path: str | None = None,
        max_streams: int = 4,
        tracker_size: tuple[int, int] = (960, 544),
        gpu_id: int = 0,
        sub_batches: SubBatches | None = None,
        reset_mode: int = 0,
        plugin: Plugin | None = None,
        max_targets: int = 512,
        keep_outside: bool = False,
        recovery_trials: int = 3,
        recovery_pause: float = 1.0,
    ) -> None:
        layout, behaviour = layout_of(version), behaviour_of(version)
        if max_streams < 1 or min(tracker_size) < 1 or max_targets < 1:
            raise ValueError(
                "max_streams, tracker_size and max_targets must be positive, got"
                f" {max_streams}, {tracker_size} and {max_targets}; choose 1 or more"
            )
        self.version = version
        self.closed = False
        self._allotment = Allotment(max_streams, sub_batches, behaviour)
        self._sub_batched = sub_batches is not None
        self._mapping = ResetMapping(reset_mode)
        self._log = FindingLog()
        self._config_path = config_path
        self._contexts: list[Context] = []
        self._first_surface: dict[int, int] = {}
        self._error: BaseException | None = None
        self._past_seconds = 0.0
        self._answer = Answer(targets=max_targets)
        self._recovery_trials = recovery_trials
        self._recovery_pause = recovery_pause
        self.misc: list[MiscRecord] = []
        self._rules = MetadataRules(
            tracker_size, self._mapping, IdRecords(self._log), self._log, keep_outside
        )
        loaded = Library(
            library, version, plugin or Plugin(), self._log, keep=not behaviour.unloads
        )
        self._setup = Setup(
            loaded, layout, behaviour, tracker_size, gpu_id, max_targets, max_streams, self._log
        )

    @property
    def findings(self) -> list[Finding]:
        """What the library did wrong so far; of each rule the first 20 findings."""
        return list(self._log.kept)

    @property
    def finding_counts(self) -> dict[str, int]:
        """How often each rule was broken so far."""
        return dict(self._log.counts)

    @property
    def max_targets(self) -> int:
        """Objects that fit into a frame, as the library answered at the start."""
        return self._answer.targets

    @property
    def declared(self) -> set[str]:
        """The kinds of misc data that the library declared at the start."""
        answer = self._answer
        flags = {"past": answer.past, "terminated": answer.terminated, "shadow": answer.shadow}
        return {kind for kind, is_declared in flags.items() if is_declared}

    @property
    def process_seconds(self) -> float:
        """Time spent in NvMOT_Process so far, summed over the contexts."""
        return self._past_seconds + sum(context.seconds for context in self._contexts)

    def __enter__(self) -> Host:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.close()

    def start(self) -> None:
        """NULL to PLAYING: opens the contexts; from 7.1 on a second start abandons the first.

        Raises:
            HostError: The library's answers end the start, or the host is closed.
        """
        if self.closed:
            raise HostError("a closed host cannot start again; make a new one")
        self._retire_contexts()
        sizes = self._allotment.sizes
        self._contexts = [
            Context(self._setup, self._plan(number, size)) for number, size in enumerate(sizes)
        ]
        self._error = None
        try:
            self._answer = self._open_contexts()
            for context in self._contexts:
                context.allocate(self._answer)
        except BaseException:
            self._close_contexts()
            raise

    def _open_contexts(self) -> Answer:
        behaviour = self._setup.behaviour
        if not behaviour.queries_first:
            for context in self._contexts:
                context.open(None)
            return merge(self._setup, [context.ask() for context in self._contexts])
        answer = ask(self._setup, self._path_of(0), 0, "NvMOT_Query")
        if self._sub_batched and behaviour.inits_in_sub_batch_threads:
            for opening in [
                context.thread.submit(context.open, answer) for context in self._contexts
            ]:
                opening.result()
        else:
            for context in self._contexts:
                context.open(answer)
        return answer

    def _path_of(self, number: int) -> bytes | None:
        if self._config_path is None:
            return None
        if not self._setup.behaviour.splits_config_path:
            return self._config_path.encode()
        paths = self._config_path.split(";")
        return paths[min(number, len(paths) - 1)].encode()

    def _plan(self, number: int, streams: int) -> Plan:
        trials = self._recovery_trials if self._setup.behaviour.recovers_sub_batches else 0
        path = self._path_of(number)
        return Plan(number, streams, path, self._sub_batched, trials, self._recovery_pause)

    def process(self, frames: Sequence[SourceFrame]) -> list[FrameResult]:
        """Sends one batch through the tracker.

        Frames of one stream go in separate calls, in the order given; frames of one call are
        ordered by stream.

        Returns:
            One result for each frame, in the order given.

        Raises:
            HostError: The library failed, now or in an earlier call.
            ValueError: A frame's arrays do not fit together.
        """
        self._require_running()
        prepared = [prepare(frame) for frame in frames]
        rounds: dict[int, list[list[Prepared]]] = defaultdict(list)
        seen: dict[int, int] = defaultdict(int)
        for frame in prepared:
            context, frame.slot = self._allotment.place(frame.source.pad)
            turn = seen[frame.stream_id]
            seen[frame.stream_id] += 1
            if turn == len(rounds[context]):
                rounds[context].append([])
            rounds[context][turn].append(frame)
            self._first_surface.setdefault(frame.source.pad, frame.stream_id)
        for context, of_context in rounds.items():
            fullest, room = max(map(len, of_context)), self._allotment.sizes[context]
            if fullest > room:
                raise HostError(
                    f"a batch must hold at most {room} streams, got {fullest}; raise max_streams"
                )
        return self._run(prepared, rounds)

    def _run(
        self, prepared: list[Prepared], rounds: dict[int, list[list[Prepared]]]
    ) -> list[FrameResult]:
        results: dict[int, FrameResult] = {}
        running = []
        for number, of_context in rounds.items():
            ordered = [sorted(frames, key=lambda frame: frame.stream_id) for frames in of_context]
            context = self._contexts[number]
            running.append((ordered, context.thread.submit(context.process, ordered, self._rules)))
        failures = [error for _, future in running if (error := future.exception()) is not None]
        if failures:
            self._error = failures[0]
            raise failures[0]
        for ordered, future in running:
            outcome = future.result()
            self.misc += outcome.misc
            for frames, answers in zip(ordered, outcome.results, strict=True):
                results |= {id(f): result for f, result in zip(frames, answers, strict=True)}
        return [results[id(frame)] for frame in prepared]

    def _require_running(self) -> None:
        if not self._contexts or self.closed:
            raise HostError("the host must be started before it is used; write `with host:`")
        if self._error is not None:
            raise HostError(
                f"the host has stopped for good after an error of the library: {self._error};"
                " make a new one"
            )

    def remove_stream(self, pad: int) -> None:
        """PAD_DELETED: the camera is gone; the same pad may come back later.

        Raises:
            HostError: The library answered an error.
        """
        self._remove(pad)
        self._mapping.forget(pad)
        self._first_surface.pop(pad, None)
        self._allotment.release(pad)

    def end_of_stream(self, pad: int) -> None:
        """STREAM_EOS: with bit 1 of the reset mode removes the stream's tracks.

        Its ids count from 0 again then.
        """
        if self._mapping.removes_on_end:
            self._remove(pad)
            self._mapping.forget(pad)

    def reset_stream(self, pad: int) -> None:
        """STREAM_RESET: removes the stream's tracks where bit 0 of the reset mode is set."""
        if self._mapping.removes_on_reset:
            self._remove(pad)

    def _remove(self, pad: int) -> None:
        self._require_running()
        number = self._allotment.context_of(pad)
        if self._setup.behaviour.removes_every_surface:
            streams = self._mapping.surfaces(pad)
        else:
            streams = [self._first_surface[pad]] if pad in self._first_surface else []
        if number is None or not streams or not self._setup.library.has("NvMOT_RemoveStreams"):
            return
        context = self._contexts[number]
        try:
            for stream_id in streams:
                if self._sub_batched or self._setup.behaviour.removes_on_worker:
                    context.thread.submit(context.remove, stream_id).result()
                else:
                    context.remove(stream_id)
        except HostError as error:
            self._error = error
            raise
        self._rules.records.forget(pad)

    def update_params(self, yaml_text: str, pad: int | None = None) -> int | None:
        """NvMOT_UpdateParams with new parameters, from 8.0 on.

        Args:
            yaml_text: The parameters as in ``ll-config-file``.
            pad: The stream whose sub-batch gets them; without sub-batches None will do.

        Returns:
            The library's status, which the real host ignores; None if it lacks the function.

        Raises:
            HostError: The version has no such call, or the stream's sub-batch is not known yet.
        """
        self._require_running()
        if not self._setup.behaviour.has_update_params:
            raise HostError(
                "NvMOT_UpdateParams came with DeepStream 8.0; play that version or a newer"
            )
        number = 0 if not self._sub_batched else None
        if self._sub_batched and pad in self._first_surface:
            number = self._allotment.context_of(pad)
        if number is None:
            raise HostError(
                f"pad must name a stream that was seen, got {pad}; send a frame of it first"
            )
        if not self._setup.library.has("NvMOT_UpdateParams"):
            return None
        context = self._contexts[number]
        return context.thread.submit(context.update, yaml_text.encode()).result()

    def stop(self) -> None:
        """PLAYING to NULL: closes the contexts up to 7.0; later :meth:`close` does."""
        for context in self._contexts:
            context.check_masks()
        if self._setup.behaviour.stop_closes:
            self._close_contexts()

    def close(self) -> None:
        """The element's end: closes the contexts of the last start and unloads the library."""
        if not self.closed:
            self._close_contexts()
            self._setup.library.unload()
            self.closed = True

    def _close_contexts(self) -> None:
        for context in self._contexts:
            if self._sub_batched:
                context.thread.submit(context.close).result()
            else:
                context.close()
        self._retire_contexts()

    def _retire_contexts(self) -> None:
        """Ends the threads; contexts still open stay so for ever, as the real host leaves them."""
        for context in self._contexts:
            context.thread.shutdown()
            self._past_seconds += context.seconds
        self._contexts = []
