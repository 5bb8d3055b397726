"""The extension: thin doors to the C++ core. Use the classes of the package instead."""

import enum
from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

version: str

class RowError(ValueError): ...
class ConfigError(ValueError): ...

class Layer(enum.Enum):
    sequence = 0
    file = 1
    classes = 2
    streams = 3
    command = 4

class BoxFormat(enum.Enum):
    xyxy = 0
    ltwh = 1

class ParameterRow(TypedDict):
    name: str
    kind: str
    default: str
    reference_default: str
    minimum: float
    maximum: float
    choices: str
    unit: str
    scope: str
    live: bool
    meaning: str

class LayeredConfig:
    def __init__(self, other: LayeredConfig = ...) -> None: ...
    def set(self, layer: Layer, section: str, key: str, value: str) -> None: ...
    def check(self) -> None: ...
    def resolve(self, stream: str) -> dict[str, Any]: ...
    def resolve_class(self, stream: str, class_id: int) -> dict[str, Any]: ...
    def assignments(self) -> list[tuple[Layer, str, str, str]]: ...

def parameter_table() -> list[ParameterRow]: ...
def nearest_parameter(name: str) -> str: ...
def instruction_set() -> str:
    """Which vector instructions the core uses: "baseline" (SSE2 or NEON) or "avx2"."""

def force_instruction_set(name: str) -> bool:
    """For tests: uses this set from now on in the whole process; False where it cannot run here."""

class Tracks:
    """What one frame of one stream reports: columns of equal length, sorted by id.

    Boxes stand in the order of the tracker's ``box_format``. The arrays are views of this frame's
    own memory: keep or change them freely.
    """

    def __len__(self) -> int: ...
    @property
    def ids(self) -> NDArray[np.uint64]:
        """Ids, shape (M,), uint64; unique over all streams, never 0, never reused."""
    @property
    def boxes(self) -> NDArray[np.float32]:
        """Boxes in pixels, shape (M, 4), float32; of a matched track the detection's own bits."""
    @property
    def scores(self) -> NDArray[np.float32]:
        """Scores of the matched detections, shape (M,), float32."""
    @property
    def classes(self) -> NDArray[np.int32]:
        """Classes of the matched detections, shape (M,), int32."""
    @property
    def detection_index(self) -> NDArray[np.int32]:
        """Row of each track's detection in this frame's input, shape (M,), int32; -1: none."""
    @property
    def ages(self) -> NDArray[np.uint32]:
        """Frames since each track began, shape (M,), uint32; 1 in its first frame."""
    @property
    def states(self) -> NDArray[np.uint8]:
        """Values of `TrackState`, shape (M,), uint8."""

class NamedStreamTracker:
    def __init__(
        self,
        config: LayeredConfig,
        box_format: BoxFormat,
        threads: int,
        convert: Callable[[Any, Any, Any], tuple[Any, Any, Any]],
    ) -> None: ...
    def update(
        self,
        stream: str | int,
        boxes: Any,
        scores: Any,
        classes: Any,
        detected: bool,
        timestamp: float | None,
    ) -> Tracks: ...
    def update_batch(
        self, frames: dict[Any, Any], detected: Any, timestamps: Any
    ) -> dict[Any, Tracks]: ...
    def remove(self, stream: str | int) -> bool: ...
    def names(self) -> list[str]: ...
    def snapshot(self, name: str) -> bytes: ...
    def restore(self, name: str, state: bytes) -> None: ...
    def set_id_prefix(self, name: str, prefix: int) -> None: ...

def unique_stream_prefix(node_id: int) -> int: ...
def forked() -> None: ...

class ReplayTracker:
    def __init__(
        self,
        config: LayeredConfig,
        convert: Callable[[Any, Any, Any], tuple[Any, Any, Any]],
    ) -> None: ...
    def change(self, config: LayeredConfig) -> None: ...
    def begin(self, stream: int) -> None: ...
    def restore(self, stream: int, state: bytes) -> None: ...
    def set_id_prefix(self, stream: int, prefix: int) -> None: ...
    def remove(self, stream: int) -> bool: ...
    def update(self, frames: list[tuple[Any, ...]]) -> list[Tracks]: ...

def advance_ids(last: int) -> None: ...
def last_id() -> int: ...
def read_mot_rows(
    text: bytes, start: int, first_line: int, last: bool
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], int, int]: ...
def write_mot_rows(
    frame: int,
    ids: NDArray[np.uint64],
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> bytes: ...
def refused_row(
    boxes: NDArray[np.float32], scores: NDArray[np.float32]
) -> tuple[int, str] | None: ...
