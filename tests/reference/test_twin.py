"""The twin gives the original's recorded output: a witness must be heard before it testifies."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.comparison import compare
from tests.reference.sequences import (
    ABSENT,
    RecordedSequence,
    Rows,
    load_rows,
    sequences_with_reference,
)
from tests.reference.settings import reference_run
from tests.twin.settings import Settings
from tests.twin.tracker import TwinTracker

SEQUENCES = sequences_with_reference()


def twin_rows(sequence: RecordedSequence, settings: Settings) -> Rows:
    """What the twin reports: frame, id, left, top, width, height, score."""
    tracker = TwinTracker(settings)
    rows = []
    for number, (boxes, scores) in enumerate(sequence.frames(), start=1):
        tracks = tracker.update(boxes, scores)
        frame = np.full(len(tracks.ids), number)
        rows.append(np.column_stack([frame, tracks.ids, tracks.boxes, tracks.scores]))
    return np.concatenate(rows).astype(np.float64)


@pytest.mark.skipif(not SEQUENCES, reason=ABSENT)
@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_twin_gives_the_rows_of_the_original(sequence: RecordedSequence) -> None:
    run = reference_run(sequence.name)
    rows = twin_rows(sequence, Settings.of(**run.parameters))
    comparison = compare(rows, load_rows(sequence.reference), run.row_filter)
    print(comparison.explain())
    assert comparison.share >= 0.999, comparison.explain()
    assert comparison.surplus <= 0, comparison.explain()
