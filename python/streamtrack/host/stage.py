"""Where a conformance scenario plays: hosts that remember their findings, and people to track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .findings import Finding
from .frames import FrameResult, SourceFrame
from .host import Host
from .layout import Layout, layout_of
from .shim import Plugin
from .versions import Behaviour, behaviour_of

SIZE = (1920, 1080)
FRAMES_TO_CONFIRM = 12
"""Frames after which any tracker reports an object that it saw in each of them."""


class BrokenError(AssertionError):
    """A scenario's rule does not hold; the text says what was seen."""


def require(holds: bool, text: str) -> None:
    """Raises :class:`BrokenError` with ``text`` unless the condition holds."""
    if not holds:
        raise BrokenError(text)


@dataclass
class Stage:
    """A library in a version, and what was found in the scenario that plays now.

    Attributes:
        plugin: What the library sees of its host.
        findings: Of all hosts of this scenario.
    """

    library: Path
    version: str
    config_path: str | None
    plugin: Plugin = field(default_factory=Plugin)
    findings: list[Finding] = field(default_factory=list)
    declares: set[str] = field(default_factory=set)

    @property
    def behaviour(self) -> Behaviour:
        """How the version behaves."""
        return behaviour_of(self.version)

    @property
    def layout(self) -> Layout:
        """The version's structures."""
        return layout_of(self.version)

    @contextmanager
    def host(self, **options: Any) -> Iterator[Host]:
        """A started host, closed at the end; its findings stay here."""
        usual: dict[str, Any] = {"config_path": self.config_path, "tracker_size": SIZE}
        host = Host(self.library, self.version, plugin=self.plugin, **usual | options)
        try:
            with host:
                self.declares |= host.declared
                yield host
        finally:
            self.findings += host.findings


def people(
    pad: int,
    number: int,
    *,
    lefts: Sequence[float] = (200, 600, 1000),
    speed: float = 2,
    score: float = 0.9,
    **options: Any,
) -> SourceFrame:
    """A frame in which people walk to the right, far apart, as a good detector sees them."""
    count = len(lefts)
    boxes = np.empty((count, 4), np.float32)
    boxes[:, 0] = np.asarray(lefts) + speed * number
    boxes[:, 1:] = (300, 80, 200)
    return SourceFrame(pad, number, boxes, np.full(count, score), size=SIZE, **options)


def nobody(pad: int, number: int, *, detected: bool = True) -> SourceFrame:
    """A frame without detections; not detected: one that the detector skipped."""
    return SourceFrame(pad, number, np.zeros((0, 4)), np.zeros(0), detected=detected, size=SIZE)


def ids_by_detection(result: FrameResult) -> dict[int, int]:
    """The library's id for each detection that came back."""
    pairs = zip(result.detection_index.tolist(), result.raw_ids.tolist(), strict=True)
    return {index: number for index, number in pairs if index >= 0}


def confirm(
    host: Host, pads: Sequence[int] = (0,), *, first: int = 0, **options: Any
) -> dict[int, dict[int, int]]:
    """Shows people in the pads' streams until any tracker reports them.

    Returns:
        For each pad the id of each person.

    Raises:
        BrokenError: Somebody got no id.
    """
    for number in range(first, first + FRAMES_TO_CONFIRM):
        results = host.process([people(pad, number, **options) for pad in pads])
    ids = {result.pad: ids_by_detection(result) for result in results}
    for pad, of_pad in ids.items():
        require(
            len(of_pad) == len(options.get("lefts", (0, 0, 0))),
            f"after {FRAMES_TO_CONFIRM} frames with scores of 0.9 pad {pad} has {len(of_pad)} ids",
        )
    return ids


def after(first: int = 0) -> int:
    """The number of the frame that follows :func:`confirm`."""
    return first + FRAMES_TO_CONFIRM


def seen_again(
    host: Host, ids: dict[int, dict[int, int]], number: int, what: str, **options: Any
) -> None:
    """Shows the same people once more and requires their ids.

    Raises:
        BrokenError: An id changed or is missing.
    """
    for pad, before in ids.items():
        now = ids_by_detection(host.process([people(pad, number, **options)])[0])
        require(now == before, f"{what}: the ids of pad {pad} were {before}, now {now}")
