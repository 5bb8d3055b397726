"""The switches and fragments that the report marks are those that TrackEval counts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from streamtrack.evaluation.matches import matches
from streamtrack.evaluation.sequences import GroundTruth, read_ground_truth
from streamtrack.evaluation.trackeval_run import measure, prepare
from streamtrack.io import BoxTable, box_table, read_table

from tests.evaluation.test_against_trackeval import FOLDER, sequences
from tests.evaluation.test_known_figures import TRUTH, table, walk
from tests.reference.sequences import ABSENT, RecordedSequence


def check_counts(truth: GroundTruth, tracks: BoxTable) -> None:
    prepared = prepare(truth, tracks)
    expected = measure(prepared)["CLEAR"]
    found = matches(prepared, truth.table, tracks)
    assert len(found.switches) == expected["IDSW"]
    assert len(found.fragments) == expected["Frag"]
    assert int((found.rows >= 0).sum()) == expected["CLR_TP"]
    assert int((found.rows < 0).sum()) == expected["CLR_FN"]
    covered = found.rows >= 0
    np.testing.assert_array_equal(tracks.frames[found.rows[covered]], found.frames[covered])


@pytest.mark.skipif(FOLDER is None, reason=ABSENT)
@pytest.mark.parametrize("sequence", sequences(), ids=lambda sequence: sequence.name)
def test_real_sequences(sequence: RecordedSequence) -> None:
    (truth,) = read_ground_truth(sequence.folder).values()
    check_counts(truth, read_table(sequence.reference))


@pytest.mark.parametrize("seed", range(20))
def test_random_crowds(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = _crowd(random, noise=0.0)
    tracks = _crowd(random, noise=2.0)
    check_counts(GroundTruth(truth, "none", "mot"), tracks)


def _crowd(random: np.random.Generator, noise: float) -> BoxTable:
    """Six objects side by side, in places so close that they are confused; some are missing."""
    frames: NDArray[np.int64] = np.repeat(np.arange(1, 31), 6)
    ids = np.tile(np.arange(1, 7), 30)
    if noise:  # tracks change their ids now and then
        ids += 6 * (frames // random.integers(4, 12))
    boxes = np.zeros((180, 4))
    boxes[:, 0] = np.tile(np.arange(6) * 5.0, 30) + random.normal(0, noise, 180)
    boxes[:, 2:] = 12, 30
    kept = random.random(180) > 0.15
    kept &= (frames != 9) | (noise == 0)  # a frame without any track
    return box_table("crowd", frames[kept], boxes[kept], ids=ids[kept])


def test_where_they_are() -> None:
    other = walk(2, range(1, 11), left=100)
    tracks = table(walk(4, range(1, 4)) + walk(5, range(6, 11)) + other)
    truth = GroundTruth(table(TRUTH + other), "none", "mot")
    found = matches(prepare(truth, tracks), truth.table, tracks)
    ((frame, number, before, after),) = found.switches
    assert (frame, number, tracks.ids[before], tracks.ids[after]) == (6, 1, 4, 5)
    assert found.fragments == [(6, 1, after)]
    missed = found.frames[(found.objects == 1) & (found.rows == -1)]
    assert missed.tolist() == [4, 5]
