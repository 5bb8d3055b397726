"""Generated tables, and what it means that two hold the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from streamtrack.io import NO_ID, BoxTable, SequenceInfo

PIXELS = st.floats(-1e5, 1e5, width=32)
SIZES = st.floats(0.0625, 1e5, width=32)
SCORES = st.floats(0, 1, width=32)
IDS = st.one_of(st.integers(0, 2**64 - 2), st.just(int(NO_ID)))
ANY_NUMBER = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
)


@st.composite
def tables(
    draw: st.DrawFn,
    *,
    classes: st.SearchStrategy[int] | None = None,
    extra: tuple[str, ...] = (),
    frames_known: bool = False,
    name: str = "gate",
) -> BoxTable:
    """Tables as trackers and detectors make them: float32 boxes, any order of rows.

    Args:
        draw: Hypothesis's.
        classes: Of which ids; None: all are 0.
        extra: Columns of other formats.
        frames_known: Whether times and skipped frames may be known.
        name: The stream's name.
    """
    count = draw(st.integers(0, 12))
    frames = _column(draw, np.int64, count, st.integers(1, 20))
    left_top = _column(draw, np.float32, (count, 2), PIXELS)
    size = _column(draw, np.float32, (count, 2), SIZES)
    length = draw(st.none() | st.integers(20, 25)) if frames_known else None
    rate = draw(st.none() | st.floats(0.1, 240)) if frames_known else None
    info = SequenceInfo(rate, length, draw(st.none() | st.just((1920, 1080))) if rate else None)
    spanned = max(info.frame_count or 0, int(frames.max(initial=0)))
    known = spanned > 0 and frames_known
    return BoxTable(
        name,
        frames,
        _column(draw, np.uint64, count, IDS),
        np.concatenate([left_top, size], axis=1),
        _column(draw, np.float32, count, SCORES),
        _column(draw, np.int32, count, st.just(0) if classes is None else classes),
        {column: _column(draw, np.float64, count, ANY_NUMBER) for column in extra},
        info,
        _column(draw, np.float64, spanned, ANY_NUMBER) if known and draw(st.booleans()) else None,
        _column(draw, np.bool_, spanned, st.booleans()) if known and draw(st.booleans()) else None,
    )


def _column(
    draw: st.DrawFn, kind: Any, shape: int | tuple[int, ...], of: st.SearchStrategy[Any]
) -> NDArray[Any]:
    return draw(arrays.arrays(kind, shape, elements=of))


def assert_same(found: BoxTable, expected: BoxTable) -> None:
    """Row by row: the same ids, frames, classes, extra columns, and float32 bits of boxes."""
    np.testing.assert_array_equal(found.frames, expected.frames)
    np.testing.assert_array_equal(found.ids, expected.ids)
    np.testing.assert_array_equal(found.classes, expected.classes)
    np.testing.assert_array_equal(found.boxes.astype(np.float32), expected.boxes)
    np.testing.assert_array_equal(found.scores.astype(np.float32), expected.scores)
    assert found.name == expected.name
    for name, column in expected.extra.items() if len(expected) else ():
        np.testing.assert_array_equal(found.extra[name], column)


def assert_same_frames(found: BoxTable, expected: BoxTable) -> None:
    """The same length, rate, size, times and skipped frames."""
    assert found.info == expected.info
    for of_found, of_expected, unknown in (
        (found.timestamps, expected.timestamps, np.nan),
        (found.detected, expected.detected, True),
    ):
        arrays_known = [known for known in (of_found, of_expected) if known is not None]
        nothing = np.full(max(map(len, arrays_known), default=0), unknown)
        np.testing.assert_array_equal(
            nothing if of_found is None else of_found,
            nothing if of_expected is None else of_expected,
        )
