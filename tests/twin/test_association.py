"""The twin's costs and assignment against counting pixels and trying every matching."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.twin.association import Pairs, assign, iou, solve, total

# Multiples of 1/8 are exact, so that ties are frequent and real.
COSTS = st.one_of(st.integers(0, 8).map(lambda k: k / 8), st.floats(0, 1), st.just(float("inf")))
LIMITS = st.sampled_from([0.0, 0.5, 0.7, 0.75, 0.9, 1.0])


@st.composite
def matrices(draw: st.DrawFn) -> NDArray[np.float64]:
    rows, columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    costs = draw(st.lists(COSTS, min_size=rows * columns, max_size=rows * columns))
    return np.array(costs, float).reshape(rows, columns)


def every_matching(rows: int, columns: int) -> Iterator[Pairs]:
    for size in range(min(rows, columns) + 1):
        for chosen in itertools.combinations(range(rows), size):
            for given_to in itertools.permutations(range(columns), size):
                yield list(zip(chosen, given_to, strict=True))


@given(matrices(), LIMITS)
def test_no_matching_is_cheaper(cost: NDArray[np.float64], limit: float) -> None:
    pairs = solve(cost, limit)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    cheapest = min(total(cost, limit, matching) for matching in every_matching(*cost.shape))
    assert total(cost, limit, pairs) == pytest.approx(cheapest, abs=1e-12)


@given(matrices(), LIMITS, st.data())
def test_a_claim_is_followed_only_if_optimal(
    cost: NDArray[np.float64], limit: float, data: st.DataObject
) -> None:
    claim = data.draw(st.sampled_from(list(every_matching(*cost.shape))))
    cheapest = min(total(cost, limit, matching) for matching in every_matching(*cost.shape))
    followed = assign(cost, limit, claim)
    assert total(cost, limit, followed) == pytest.approx(cheapest, abs=2e-9)
    if total(cost, limit, claim) == cheapest:
        assert followed == sorted(claim)


def test_staying_unmatched_has_a_price() -> None:
    """Solving first and dropping dear pairs afterwards would lose the pair that is left."""
    cost = np.array([[0.1, 0.2], [0.2, 0.95]])
    assert solve(cost, 0.9) == [(0, 1), (1, 0)]
    cost = np.array([[0.1, 0.9], [0.9, 0.95]])
    assert solve(cost, 0.9) == [(0, 0)]


@pytest.mark.parametrize("pixel", [0, 1])
@given(
    boxes=st.lists(
        st.tuples(*[st.integers(-3, 6)] * 2, *[st.integers(1, 6)] * 2), min_size=2, max_size=2
    )
)
def test_iou_counts_pixels(pixel: int, boxes: list[tuple[int, int, int, int]]) -> None:
    """On whole numbers IoU is a count of squares; an inclusive box has one more each way."""

    def squares(box: tuple[int, int, int, int]) -> set[tuple[int, int]]:
        left, top, width, height = box
        columns = range(left, left + width + pixel)
        return set(itertools.product(columns, range(top, top + height + pixel)))

    one, other = squares(boxes[0]), squares(boxes[1])
    expected = len(one & other) / len(one | other)
    first, second = (np.array([box], np.float64) for box in boxes)
    assert iou(first, second, pixel)[0, 0] == pytest.approx(expected, abs=1e-15)


def test_iou_of_nothing_is_empty() -> None:
    assert iou(np.empty((0, 4)), np.ones((3, 4)), 0).shape == (0, 3)
