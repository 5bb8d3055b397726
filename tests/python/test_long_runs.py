"""A tracker that has run long is as light as a young one: what is removed is not kept."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import streamtrack as st

from tests.python.crowds import Floats
from tests.python.soak import main

PERIOD = 200
LIFE = 40  # frames that an object is seen


def passers_by(number: int) -> tuple[Floats, Floats]:
    """A frame of a scene that repeats: every other frame one is born and one is gone for good."""
    born = np.arange(number - LIFE + 1, number + 1)
    born = born[born % 2 == 0]
    lane = born % PERIOD
    left = 30 * (lane % 60) + 2.0 * (number - born)
    boxes = np.stack([left, 90.0 * (lane % 10), np.full(len(born), 25), np.full(len(born), 60)], 1)
    return boxes.astype(np.float32), np.full(len(born), 0.9, np.float32)


def weight_after(tracker: st.Tracker, frames: range) -> tuple[int, int]:
    """Bytes of the pickled tracker after these frames, and the greatest id till then."""
    greatest = 0
    for number in frames:
        greatest = max(greatest, *tracker.update(*passers_by(number)).ids.tolist())
    return len(pickle.dumps(tracker)), greatest


def test_removed_tracks_are_not_kept() -> None:
    tracker = st.Tracker(box_format="ltwh")
    early, id_early = weight_after(tracker, range(2_000))
    late, id_late = weight_after(tracker, range(2_000, 20_000))
    assert id_late - id_early >= 18_000 // 2 - LIFE, "the scene must bring births all the time"
    assert late <= early


def test_three_rounds_of_the_soak(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(0) == 0
    assert "ok python" in capsys.readouterr().out
