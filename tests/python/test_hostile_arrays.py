"""Arrays that no detector gives: taken right, or refused in one line with the tracker unchanged.

For 100,000 examples: pytest tests/python/test_hostile_arrays.py --hypothesis-profile=long
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import streamtrack
from hypothesis import given
from hypothesis import strategies as some

NUMBERS = some.one_of(
    some.integers(-3, 100),
    some.floats(width=32),
    some.floats(),
    some.sampled_from([0.5, 0.9, 1.0, 1.5, -0.1, 1e38, 1e300, 2**31, 2**63, True]),
)
GOOD_SCORES = some.floats(0, 1, width=32)
DTYPES = some.sampled_from(["f4", "f4", "f8", "f2", "i8", "u1", ">f4", "c8", "O", "S3", "?"])
SHAPES = some.sampled_from(
    [(0,), (1,), (2,), (3,), (1, 4), (2, 4), (3, 4), (0, 4), (2, 3), (1, 1), (), (4, 2)]
)


@some.composite
def arrays(draw: some.DrawFn, rows: int, columns: int | None) -> Any:
    """Mostly of the right shape; any dtype, order, and kind of sequence."""
    right = (rows,) if columns is None else (rows, columns)
    shape = right if draw(some.integers(0, 5)) else draw(SHAPES)
    count = int(np.prod(shape))
    values = draw(some.lists(NUMBERS, min_size=count, max_size=count))
    form = draw(some.sampled_from(["array", "array", "array", "list", "none", "strided"]))
    if form == "none":
        return None
    if form == "list":
        return [values[k : k + 4] for k in range(0, count, 4)] if columns else values
    with np.errstate(all="ignore"):
        try:
            array = np.array(values, "O").astype(draw(DTYPES)).reshape(shape)
        except (ValueError, OverflowError):
            array = np.array(values, "f8").reshape(shape)
    return np.repeat(array, 2, axis=0)[::2] if form == "strided" and array.ndim else array


def good_frame(draw: some.DrawFn, rows: int) -> tuple[Any, Any]:
    numbers = some.integers(0, 50)
    boxes = [
        [draw(numbers), draw(numbers), draw(numbers) + 1, draw(numbers) + 1] for _ in range(rows)
    ]
    return np.array(boxes, "f4").reshape(-1, 4), np.full(rows, draw(GOOD_SCORES), "f4")


@some.composite
def calls(draw: some.DrawFn) -> tuple[Any, Any, Any]:
    rows = draw(some.integers(0, 3))
    boxes, scores = good_frame(draw, rows)
    which = draw(some.integers(0, 3))  # one, or all, of the three is hostile
    if which in (0, 3):
        boxes = draw(arrays(rows, 4))
    if which in (1, 3):
        scores = draw(arrays(rows, None))
    classes = draw(arrays(rows, None)) if which in (2, 3) else None
    return boxes, scores, classes


def is_right(boxes: Any, scores: Any, classes: Any) -> bool:
    """The rules, plainly: what an accepted call must have kept."""
    boxes, scores = np.asarray(boxes, "f4").reshape(-1, 4), np.asarray(scores, "f4").reshape(-1)
    finite = bool(np.isfinite(boxes).all() and np.isfinite(scores).all())
    right = finite and bool((boxes[:, 2:] > 0).all() and (scores <= 1).all())
    if classes is not None:
        whole = np.asarray(classes).reshape(-1)
        right = right and bool((whole == np.trunc(np.asarray(whole, "f8"))).all())
    return right and len(boxes) == len(scores)


@given(calls())
def test_arrays(call: tuple[Any, Any, Any]) -> None:
    tracker = streamtrack.MultiStreamTracker(box_format="ltwh", threads=1)
    seen = np.array([[1, 2, 30, 40], [60, 2, 30, 40]], "f4")
    tracker.update("stream", seen, np.array([0.9, 0.8], "f4"))
    before = pickle.dumps(tracker)
    tracks, refusal = None, ""
    try:
        tracks = tracker.update("stream", *call)
    except ValueError as refused:
        refusal = str(refused)
    if tracks is None:
        assert len(refusal.splitlines()) == 1, refusal
        assert " must " in refusal, refusal
        assert pickle.dumps(tracker) == before
    else:
        with np.errstate(all="ignore"):
            assert is_right(*call)
        assert np.isfinite(tracks.boxes).all()
        matched = tracks.detection_index[tracks.detection_index >= 0]
        expected = np.asarray(call[0], "f4").reshape(-1, 4)[matched]
        assert tracks.boxes[tracks.detection_index >= 0].tobytes() == expected.tobytes()
