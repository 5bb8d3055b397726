"""The vector instructions that the processor has change no bit of what is tracked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import streamtrack as st
from streamtrack import _core

from tests.python.crowds import Floats, walking_crowd
from tests.reference.sequences import ABSENT, RecordedSequence, sequences_with_reference

SEQUENCES = sequences_with_reference()


@pytest.fixture(autouse=True)
def _the_process_keeps_its_own() -> Iterator[None]:
    before = _core.instruction_set()
    yield
    _core.force_instruction_set(before)


def bytes_with(name: str, frames: Sequence[tuple[Floats, Floats]]) -> bytes:
    """Every column of every frame; ids count from where the process's counter stood."""
    if not _core.force_instruction_set(name):
        pytest.skip(f"this processor has no {name}")
    assert _core.instruction_set() == name
    issued = np.uint64(_core.last_id())
    tracker = st.Tracker(st.Config(box_output="kalman"), box_format="ltwh")
    said = []
    for boxes, scores in frames:
        tracks = tracker.update(boxes, scores)
        columns = (
            tracks.ids - issued,
            tracks.boxes,
            tracks.scores,
            tracks.classes,
            tracks.detection_index,
            tracks.ages,
            tracks.states,
        )
        said += [column.tobytes() for column in columns]
    return b"".join(said)


@pytest.mark.parametrize("people", [3, 60, 500])
def test_a_crowd_has_the_same_bytes_with_avx2(people: int) -> None:
    crowd = walking_crowd(people, 60, seed=people)
    baseline = bytes_with("baseline", crowd)
    assert len(baseline) > 60 * people
    assert bytes_with("avx2", crowd) == baseline


@pytest.mark.skipif(not SEQUENCES, reason=ABSENT)
@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_a_real_sequence_has_the_same_bytes_with_avx2(sequence: RecordedSequence) -> None:
    frames = sequence.frames()
    assert bytes_with("avx2", frames) == bytes_with("baseline", frames)


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(ValueError, match='must be baseline or avx2, got "mmx"; choose'):
        _core.force_instruction_set("mmx")
