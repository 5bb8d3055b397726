"""The parameters as Python sees them: the core's table, and the types of their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from streamtrack import _core

ParameterValue = bool | int | float | str


class ClassValues(TypedDict, total=False):
    """What `classes:` may say of one class id. Meanings: `streamtrack parameters`."""

    enabled: bool
    track_high_thresh: float
    track_low_thresh: float
    new_track_thresh: float
    match_thresh: float
    second_match_thresh: float
    tentative_match_thresh: float


class StreamValues(TypedDict, total=False):
    """What `streams:` may say of one stream. Meanings: `streamtrack parameters`."""

    preset: Literal["bytetrack", "reference"]
    track_high_thresh: float
    track_low_thresh: float
    new_track_thresh: float
    match_thresh: float
    second_match_thresh: float
    tentative_match_thresh: float
    duplicate_iou_distance: float
    fuse_score: bool
    iou_pixels: Literal["continuous", "inclusive"]
    class_aware: bool
    track_buffer: int
    frame_rate: float
    motion_time: Literal["frames", "real"]
    skipped_frames: Literal["coast", "hold", "silent"]
    box_output: Literal["detection", "kalman"]
    score_smoothing: float
    report_tentative: bool
    report_lost: int


class ConfigValues(StreamValues, total=False):
    """What a configuration may say. Meanings: `streamtrack parameters`."""

    max_targets_per_stream: int
    max_idle_frames: int
    id_mode: Literal["sequential", "unique"]
    node_id: int
    past_frames: bool
    terminated_tracks: bool
    shadow_tracks: bool
    max_trajectory: int
    record: str
    record_max_mb: int
    metrics_file: str
    state_file: str
    deepstream_version: str
    log_level: Literal["error", "warning", "info", "debug"]
    classes: Mapping[int, ClassValues]
    streams: Mapping[str | int, StreamValues]


@dataclass(frozen=True)
class Parameter:
    """One row of the core's table of parameters."""

    name: str
    kind: str  # number, integer, boolean, text or choice
    default: str  # with preset bytetrack
    reference_default: str  # with preset reference
    minimum: float
    maximum: float
    choices: tuple[str, ...]
    unit: str
    scope: str  # process, stream, stream_and_class or class_only
    live: bool  # DeepStream's NvMOT_UpdateParams may change it while streams run
    meaning: str

    @property
    def range(self) -> str:
        """The values that are taken, in words."""
        if self.choices:
            return ", ".join(self.choices)
        if self.kind == "boolean":
            return "true, false"
        if self.kind == "text":
            return "text"
        if self.maximum >= 1e9:
            return f"at least {self.minimum:g}"
        return f"{self.minimum:g} to {self.maximum:g}"


def parameters() -> list[Parameter]:
    """Returns every parameter, in the order in which they are documented."""
    return [
        Parameter(
            name=row["name"],
            kind=row["kind"],
            default=row["default"],
            reference_default=row["reference_default"],
            minimum=row["minimum"],
            maximum=row["maximum"],
            choices=tuple(row["choices"].split("|")) if row["choices"] else (),
            unit=row["unit"],
            scope=row["scope"],
            live=row["live"],
            meaning=row["meaning"],
        )
        for row in _core.parameter_table()
    ]


_MARKDOWN_HEAD = """\
# Parameters

The same words everywhere: keyword in Python, key in YAML, `--set key=value` on the command line.
What stands higher wins: the last `--set`, earlier ones, `streams:`, `classes:`, the file's top
level, a sequence's own seqinfo.ini (frame_rate), the preset, the default. A file with every
parameter to start from: `streamtrack parameters --yaml`.

| parameter | default | with `preset: reference` | values | unit | where | meaning |
|---|---|---|---|---|---|---|
"""
_PLACES = {
    "process": "top level",
    "stream": "top level, streams",
    "stream_and_class": "top level, streams, classes",
    "class_only": "classes",
}


def parameters_markdown() -> str:
    """Returns the page docs/parameters.md: the table of parameters as Markdown."""
    lines = []
    for row in parameters():
        differs = "" if row.reference_default == row.default else row.reference_default
        cells = (
            f"`{row.name}`",
            row.default or "none",
            differs,
            row.range,
            row.unit,
            _PLACES[row.scope],
            row.meaning,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return _MARKDOWN_HEAD + "".join(lines)


_YAML_HEAD = """\
# ByteTrack by streamtrack: every parameter with its default. Remove the # in front of a line to
# change it. The same file serves DeepStream (ll-config-file), Python and the command line.
"""
_YAML_TAIL = """\
#
# One class id or one stream (in DeepStream its pad index, elsewhere its name) may differ:
#
# classes:
#   2:
#     enabled: false
# streams:
#   0:
#     track_high_thresh: 0.6
"""


def parameters_yaml() -> str:
    """Returns the default configuration file: every parameter, commented out, with its meaning."""
    lines = []
    for row in parameters():
        if row.scope == "class_only":
            continue
        unit = f" ({row.unit})" if row.unit else ""
        default = "0.6" if row.name == "new_track_thresh" else row.default
        lines += ["#", f"# {row.meaning}; {row.range}{unit}"]
        if row.reference_default != row.default and row.name != "preset":
            lines.append(f"# with preset reference: {row.reference_default}")
        if default != row.default:
            lines.append(f"# default: {row.default}")
        lines.append(f"# {row.name}: {default}".rstrip())
    return _YAML_HEAD + "\n".join(lines) + "\n" + _YAML_TAIL
