"""Brings ground truth into the report: figures, and what covered each object when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from streamtrack.evaluation.matches import Matches, matches
from streamtrack.evaluation.scores import Scores
from streamtrack.evaluation.sequences import GroundTruth
from streamtrack.evaluation.trackeval_run import Measured, combine, measure, prepare, scores_of
from streamtrack.report.lives import Lives
from streamtrack.report.streams import Quality, Stream


def judge(
    streams: Sequence[Stream],
    truths: dict[str, GroundTruth],
    runs: int,
    kitti_class: str = "car",
    progress: Callable[[str], None] | None = None,
) -> list[Scores]:
    """Fills in how good the streams are that have ground truth.

    Args:
        streams: What the report shows.
        truths: Of those that have any, by name.
        runs: How many runs each stream has.
        kitti_class: As for `streamtrack.evaluate`.
        progress: As for `write_report`.

    Returns:
        The figures of each run over all of them; empty if there are none.
    """
    measured: list[dict[str, Measured]] = [{} for _ in range(runs)]
    for stream in streams:
        if stream.name not in truths:
            continue
        if progress is not None:
            progress(f"measuring {stream.name}")
        for run, lives in enumerate(stream.runs):
            truth = truths[stream.name]
            prepared = prepare(truth, lives.table, kitti_class)
            measured[run][stream.name] = measure(prepared)
            found = matches(prepared, truth.table, lives.table)
            stream.qualities.append(_quality(scores_of(measured[run][stream.name]), found, lives))
    return [scores_of(combine(of_run)) for of_run in measured if of_run]


def _quality(scores: Scores, found: Matches, lives: Lives) -> Quality:
    places = {number: place for place, number in enumerate(dict.fromkeys(found.objects.tolist()))}
    tracks = np.append(lives.track_of, -1)[found.rows]  # a row of -1 is the last: no track

    def track(row: int) -> int:
        return int(lives.track_of[row])

    return Quality(
        scores,
        [(str(number), _life(found, tracks, number)) for number in places],
        [
            (frame, places[number], track(before), track(after))
            for frame, number, before, after in found.switches
        ],
        [(frame, places[number], track(row)) for frame, number, row in found.fragments],
    )


def _life(found: Matches, tracks: NDArray[np.int64], number: int) -> list[int]:
    """First frame, last frame and track of each stretch in which nothing changes."""
    of_object = np.flatnonzero(found.objects == number)
    frames, covered = found.frames[of_object], tracks[of_object]
    changes = (np.diff(frames) > 1) | (np.diff(covered) != 0)
    begins = np.concatenate([[0], np.flatnonzero(changes) + 1])
    ends = np.concatenate([begins[1:] - 1, [len(frames) - 1]])
    stretches = np.stack([frames[begins], frames[ends], covered[begins]], axis=1)
    return [int(value) for value in stretches.reshape(-1)]
