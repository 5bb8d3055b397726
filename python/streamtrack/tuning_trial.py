"""One set of parameters on one sequence: tracked and measured, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streamtrack.config import Config
from streamtrack.evaluation.scores import Scores
from streamtrack.evaluation.sequences import GroundTruth
from streamtrack.evaluation.trackeval_run import measure, prepare, scores_of
from streamtrack.io.box_table import BoxTable, box_table
from streamtrack.io.inputs import open_inputs
from streamtrack.io.source import DetectedFrame, Source
from streamtrack.offline import with_sequence_rates
from streamtrack.parameters import ParameterValue
from streamtrack.tracker import MultiStreamTracker

Values = Mapping[str, ParameterValue]


@dataclass(frozen=True)
class Sequence:
    """A sequence to tune on.

    Attributes:
        path: Its detections.
        name: Its stream's name.
        truth: Its ground truth.
        config: What holds for it before tuning; its own frame rate included.
    """

    path: Path
    name: str
    truth: GroundTruth
    config: Config


def sequence_of(path: Path, source: Source, truth: GroundTruth, config: Config) -> Sequence:
    """Returns an opened input as a sequence to tune on."""
    return Sequence(path, source.name, truth, with_sequence_rates(config, [source]))


_frames: dict[tuple[Path, str], list[DetectedFrame]] = {}  # read once by each process


def score(sequence: Sequence, values: Values, kitti_class: str = "car") -> Scores:
    """Tracks a sequence with some parameters and measures the tracks."""
    tracks = track(sequence, sequence.config.override(values))
    return scores_of(measure(prepare(sequence.truth, tracks, kitti_class)))


def track(sequence: Sequence, config: Config) -> BoxTable:
    """Returns the tracks of a sequence."""
    key = (sequence.path, sequence.name)
    if key not in _frames:
        source = next(s for s in open_inputs([sequence.path]) if s.name == sequence.name)
        _frames[key] = list(source.frames())
    tracker = MultiStreamTracker(config, box_format="ltwh", threads=1)
    tracked = [
        tracker.update(
            sequence.name,
            frame.boxes,
            frame.scores,
            frame.classes,
            detected=frame.detected,
            timestamp=frame.timestamp,
        )
        for frame in _frames[key]
    ]
    counts = [len(tracks) for tracks in tracked]
    return box_table(
        sequence.name,
        np.repeat(np.arange(1, len(tracked) + 1), counts),
        np.concatenate([np.zeros((0, 4), np.float32), *(tracks.boxes for tracks in tracked)]),
        ids=np.concatenate([np.zeros(0, np.uint64), *(tracks.ids for tracks in tracked)]),
        scores=np.concatenate([np.zeros(0, np.float32), *(tracks.scores for tracks in tracked)]),
    )
