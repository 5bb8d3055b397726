"""The trackers: one stream, and many at once."""

from __future__ import annotations

import enum
import os
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from numpy.typing import ArrayLike

from streamtrack._core import BoxFormat, NamedStreamTracker, Tracks, forked
from streamtrack.arrays import as_arrays
from streamtrack.config import Config

StreamName = str | int
Name = TypeVar("Name", bound=StreamName)
FrameArrays = tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike | None] | None
ConfigLike = Config | str | os.PathLike[str] | Mapping[str, Any]

MOST_THREADS = 1024  # of one tracker: more than any machine has cores for

os.register_at_fork(after_in_child=forked)  # threads do not survive a fork: make new ones


class TrackState(enum.IntEnum):
    """What a track was in its stream's last frame; the values of `Tracks.states`."""

    TENTATIVE = 0  # seen once, not yet confirmed
    TRACKED = 1  # confirmed and matched
    LOST = 2  # confirmed, missed since


class MultiStreamTracker:
    """Tracks objects in many streams at once; ids are unique over all of them.

    A stream is made at its first frame, is independent of the others and lives until
    `remove_stream`, or until `max_idle_frames` are over (`update_batch` looks). A tracker belongs
    to one thread at a time: a second call while one runs raises RuntimeError. Different trackers
    may run at once. After a fork the child goes on from its parent's count of ids: give it
    `id_mode="unique"` where their ids may meet.

    Args:
        config: A `Config`, the path of a YAML file, or a dict; None for the defaults.
        box_format: "xyxy" for x1, y1, x2, y2 or "ltwh" for left, top, width, height, in pixels,
            x to the right and y down; of what goes in and of what comes out.
        threads: The most threads that `update_batch` may use, up to 1024; 0 for every core.

    Examples:
        >>> import numpy as np
        >>> tracker = MultiStreamTracker()
        >>> boxes = np.array([[10, 20, 50, 120]], np.float32)
        >>> tracks = tracker.update("gate-3", boxes, np.array([0.9], np.float32))
        >>> len(tracks), tracks.boxes.tolist()
        (1, [[10.0, 20.0, 50.0, 120.0]])
    """

    def __init__(
        self,
        config: ConfigLike | None = None,
        *,
        box_format: Literal["xyxy", "ltwh"] = "xyxy",
        threads: int = 0,
    ) -> None:
        if box_format not in ("xyxy", "ltwh"):
            raise ValueError(
                f'box_format must be "xyxy" or "ltwh", got {box_format!r}; choose one of them'
            )
        if not 0 <= threads <= MOST_THREADS:
            raise ValueError(
                f"threads must be in [0, {MOST_THREADS}], got {threads}; 0 means every core"
            )
        self.config = config if isinstance(config, Config) else Config(config)
        self.box_format = box_format
        self.threads = threads
        self._native = NamedStreamTracker(
            self.config._layers, BoxFormat[box_format], threads, as_arrays
        )

    def update(
        self,
        stream: StreamName,
        boxes: ArrayLike | None = None,
        scores: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        *,
        detected: bool = True,
        timestamp: float | None = None,
    ) -> Tracks:
        """Takes one frame of one stream.

        Args:
            stream: The stream's name; a number n is the name "n". A new name starts a new stream.
            boxes: Shape (N, 4), in the tracker's `box_format`, finite, wider and higher than 0.
                float32 and contiguous is fastest; anything that NumPy takes is converted.
            scores: Shape (N,), in [0, 1]; below 0 means unknown and counts as high.
            classes: Shape (N,), whole numbers; None: all are class 0.
            detected: False if the detector skipped this frame (then give no boxes): nothing counts
                as missed, and `skipped_frames` says what is reported.
            timestamp: Seconds on the stream's own clock, used with `motion_time: real`.

        Returns:
            The tracks of this frame, sorted by id.

        Raises:
            ValueError: With rule, value, row and fix; the tracker is unchanged.
            RuntimeError: Another thread is using this tracker.
        """
        return self._native.update(stream, boxes, scores, classes, detected, timestamp)

    def update_batch(
        self,
        frames: Mapping[Name, FrameArrays],
        *,
        detected: bool | Mapping[Name, bool] = True,
        timestamps: float | Mapping[Name, float] | None = None,
    ) -> dict[Name, Tracks]:
        """Takes one frame each of many streams, on all cores and without the GIL.

        The tracks and ids are those of `update` called for one stream after the other, in the order
        of `frames`.

        Args:
            frames: From a stream's name to its (boxes, scores) or (boxes, scores, classes), as for
                `update`; None where the detector skipped the frame.
            detected: For all streams, or by name (True where a name is missing).
            timestamps: Seconds, for all streams or by name.

        Returns:
            From the same names, in the same order, to the tracks of this frame.

        Raises:
            ValueError: As for `update`, with the stream's name; no stream is changed.
            RuntimeError: Another thread is using this tracker.
        """
        if not isinstance(frames, Mapping):
            raise TypeError(
                "frames must be a mapping from a stream's name to its (boxes, scores), "
                f"got {type(frames).__name__}; write {{name: (boxes, scores)}}"
            )
        return self._native.update_batch(_dict(frames), _dict(detected), _dict(timestamps))

    def remove_stream(self, stream: StreamName) -> bool:
        """Forgets a stream and frees its memory; its ids are never used again.

        Returns:
            Whether there was such a stream.
        """
        return self._native.remove(stream)

    @property
    def streams(self) -> list[str]:
        """The names of the live streams, in the order of their first frames."""
        return self._native.names()

    def __repr__(self) -> str:
        return f"MultiStreamTracker({self.config!r}, {len(self.streams)} streams)"

    def __getstate__(self) -> dict[str, Any]:
        streams = {name: self._native.snapshot(name) for name in self.streams}
        arguments = {"box_format": self.box_format, "threads": self.threads}
        return {"config": self.config, "arguments": arguments, "streams": streams}

    def __setstate__(self, state: dict[str, Any]) -> None:
        MultiStreamTracker.__init__(self, state["config"], **state["arguments"])
        for name, snapshot in state["streams"].items():
            self._native.restore(name, snapshot)


class Tracker:
    """Tracks objects in one stream: `MultiStreamTracker` without the name.

    Args:
        config: As for `MultiStreamTracker`.
        box_format: As for `MultiStreamTracker`.
    """

    def __init__(
        self,
        config: ConfigLike | None = None,
        *,
        box_format: Literal["xyxy", "ltwh"] = "xyxy",
    ) -> None:
        self._streams = MultiStreamTracker(config, box_format=box_format, threads=1)
        self._native = self._streams._native

    @property
    def config(self) -> Config:
        """The parameters."""
        return self._streams.config

    @property
    def box_format(self) -> str:
        """How boxes are given and reported: "xyxy" or "ltwh"."""
        return self._streams.box_format

    def update(
        self,
        boxes: ArrayLike | None = None,
        scores: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        *,
        detected: bool = True,
        timestamp: float | None = None,
    ) -> Tracks:
        """Takes the next frame: `MultiStreamTracker.update` without the stream's name."""
        return self._native.update("", boxes, scores, classes, detected, timestamp)

    def reset(self) -> None:
        """Forgets every track, as for another video; ids go on and are never used again."""
        self._native.remove("")

    def __repr__(self) -> str:
        return f"Tracker({self.config!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"streams": self._streams}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._streams = state["streams"]
        self._native = self._streams._native


def _dict(given: Any) -> Any:
    """Mappings of other kinds as dicts; all else as it is."""
    if given is None or isinstance(given, (dict, bool, float)):
        return given
    return dict(given) if isinstance(given, Mapping) else given
