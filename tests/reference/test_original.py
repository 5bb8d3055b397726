"""The package and its twin give the original's recorded output.

The twin must be heard as well, before it testifies about anything else.
"""

from __future__ import annotations

import numpy as np
import pytest
import streamtrack as st

from tests.reference.comparison import compare
from tests.reference.sequences import (
    ABSENT,
    RecordedSequence,
    Rows,
    load_rows,
    sequences_with_reference,
)
from tests.reference.settings import Values, reference_run
from tests.twin.settings import Settings
from tests.twin.tracker import TwinTracker

SEQUENCES = sequences_with_reference()


def tracker_of(witness: str, parameters: Values) -> st.Tracker | TwinTracker:
    if witness == "twin":
        return TwinTracker(Settings.of(**parameters))
    return st.Tracker(dict(parameters), box_format="ltwh")


def rows_of(sequence: RecordedSequence, tracker: st.Tracker | TwinTracker) -> Rows:
    """What is reported: frame, id, left, top, width, height, score."""
    rows = []
    for number, (boxes, scores) in enumerate(sequence.frames(), start=1):
        tracks = tracker.update(boxes, scores)
        frame = np.full(len(tracks.ids), number)
        rows.append(np.column_stack([frame, tracks.ids, tracks.boxes, tracks.scores]))
    return np.concatenate(rows).astype(np.float64)


@pytest.mark.skipif(not SEQUENCES, reason=ABSENT)
@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
@pytest.mark.parametrize("witness", ["package", "twin"])
def test_rows_of_the_original(witness: str, sequence: RecordedSequence) -> None:
    run = reference_run(sequence.name)
    rows = rows_of(sequence, tracker_of(witness, run.parameters))
    comparison = compare(rows, load_rows(sequence.reference), run.row_filter)
    print(comparison.explain())
    assert comparison.share >= 0.999, comparison.explain()
    assert comparison.surplus <= 0, comparison.explain()
