"""Tracks with libByteTracker.so, driven by the NvMOT host as DeepStream's nvtracker drives it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from streamtrack.config import Config
from streamtrack.host import VERSIONS, FrameResult, Host, SourceFrame
from streamtrack.io.source import DetectedFrame, NamedStream
from streamtrack.offline import Step, TrackedFrame

NEWEST = VERSIONS[-1]
_USUAL_SIZE = (1920, 1080)


class LibraryFaultError(RuntimeError):
    """The host found fault with the tracker library."""


class NvTracker:
    """An engine for `streamtrack.offline.track_sources`: a library in a DeepStream version.

    A process plays one version: the library keeps what it found out about its host.

    Args:
        library: The tracker library.
        version: One of `streamtrack.host.VERSIONS`.

    Attributes:
        process_seconds: Time spent in NvMOT_Process, once the run is over.
        notes: What the user should know of the run, one line each.
    """

    def __init__(self, library: Path, version: str = NEWEST) -> None:
        self.library = library
        self.version = version
        self.process_seconds = 0.0
        self.notes: list[str] = []

    @contextmanager
    def __call__(self, config: Config, sources: Sequence[NamedStream]) -> Iterator[Step]:
        """Starts the host with a configuration in which a stream's key is its pad, its place.

        Raises:
            HostError: The library cannot be loaded or failed.
            LibraryFaultError: At the end, if the host found fault with the library.
        """
        names = [source.name for source in sources]
        size = _common_size(sources)
        with tempfile.TemporaryDirectory(prefix="streamtrack-") as folder:
            file = Path(folder) / "tracker.yml"
            pads = {name: str(pad) for pad, name in enumerate(names)}
            file.write_text(config.to_yaml(pads), encoding="utf-8")
            with Host(
                self.library,
                self.version,
                config_path=str(file),
                max_streams=len(names),
                tracker_size=size,
                max_targets=int(config["max_targets_per_stream"]),
                keep_outside=True,
            ) as host:
                step = _host_step(host, names, size)
                yield self._watching_sizes(step, int(config["max_targets_per_stream"]))
                self.process_seconds = host.process_seconds
            _raise_findings(host)

    def _watching_sizes(self, step: Step, most: int) -> Step:
        """The same step, with a note for each stream that DeepStream hands over cut short."""
        cut: set[str] = set()

        def watching(
            number: int, frames: Mapping[str, DetectedFrame]
        ) -> Mapping[str, TrackedFrame]:
            for name, frame in frames.items():
                if len(frame.scores) > most and name not in cut:
                    cut.add(name)
                    self.notes.append(
                        f"stream {name}, frame {number}: {len(frame.scores)} objects are more than "
                        f"max_targets_per_stream {most}, DeepStream hands over no more; raise it"
                    )
            return step(number, frames)

        return watching


def _host_step(host: Host, names: Sequence[str], size: tuple[int, int]) -> Step:
    """A step that sends frames through a started host; a stream's pad is its place."""
    pads = {name: pad for pad, name in enumerate(names)}

    def step(number: int, frames: Mapping[str, DetectedFrame]) -> Mapping[str, FrameResult]:
        batch = [
            SourceFrame(
                pad=pads[name],
                number=number,
                boxes=frame.boxes,
                scores=frame.scores,
                classes=frame.classes,
                detected=frame.detected,
                timestamp=frame.timestamp,
                size=size,
            )
            for name, frame in frames.items()
        ]
        return dict(zip(frames, host.process(batch), strict=True))

    return step


def _raise_findings(host: Host) -> None:
    if host.findings:
        count = sum(host.finding_counts.values())
        raise LibraryFaultError(
            f"the library must keep DeepStream {host.version}'s rules, got {count} faults, the "
            f"first: {host.findings[0].text}; run `streamtrack host check` for all of them"
        )


def _common_size(sources: Sequence[NamedStream]) -> tuple[int, int]:
    """One size for all: where tracker and source size are equal the host scales no box."""
    sizes = [source.size for source in sources if source.size is not None] or [_USUAL_SIZE]
    return max(width for width, _ in sizes), max(height for _, height in sizes)
