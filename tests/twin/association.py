"""Costs of pairs, and the assignment with a price for staying unmatched."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Matrix = NDArray[np.float64]
Pairs = list[tuple[int, int]]

# Totals that differ by less are a tie: the rest is rounding.
TIE = 1e-9


def iou(boxes: Matrix, others: Matrix, pixel: float) -> Matrix:
    """Intersection over union of each of (N, 4) and (M, 4) boxes left, top, width, height.

    `pixel` is 1 where widths count pixels inclusively (right - left + 1), 0 where they are lengths.
    """
    left, top, right, bottom = corners(boxes)[:, :, None]
    other_left, other_top, other_right, other_bottom = corners(others)[:, None, :]
    width = np.minimum(right, other_right) - np.maximum(left, other_left) + pixel
    height = np.minimum(bottom, other_bottom) - np.maximum(top, other_top) + pixel
    overlap = np.where((width > 0) & (height > 0), width * height, 0.0)
    area = (right - left + pixel) * (bottom - top + pixel)
    other_area = (other_right - other_left + pixel) * (other_bottom - other_top + pixel)
    union = area + other_area - overlap
    ratio: Matrix = np.divide(overlap, union, out=np.zeros_like(overlap), where=overlap > 0)
    return ratio


def corners(boxes: Matrix) -> Matrix:
    """Left, top, right, bottom as rows: (4, N) of (N, 4) boxes left, top, width, height."""
    left_top, sizes = boxes.reshape(-1, 4).T.reshape(2, 2, -1)
    return np.concatenate([left_top, left_top + sizes])


def total(cost: Matrix, limit: float, pairs: Iterable[tuple[int, int]]) -> float:
    """What a matching costs: its pairs, and half the limit for every row and column without."""
    pairs = list(pairs)
    unmatched: int = cost.shape[0] + cost.shape[1] - 2 * len(pairs)
    matched: float = sum(float(cost[pair]) for pair in pairs)
    return matched + unmatched * limit / 2


def solve(cost: Matrix, limit: float) -> Pairs:
    """The matching with the smallest total; pairs of infinite cost never match."""
    rows, columns = cost.shape
    extended = np.full((rows + columns, rows + columns), limit / 2)
    extended[:rows, :columns] = cost
    extended[rows:, columns:] = 0
    return [
        (int(row), int(column))
        for row, column in zip(*linear_sum_assignment(extended), strict=True)
        if row < rows and column < columns
    ]


def assign(cost: Matrix, limit: float, claim: Pairs) -> Pairs:
    """An optimal matching: the claimed one where it costs no more than the best.

    Several matchings may be optimal and all of them are right. `claim` is the one another tracker
    chose; it is taken over only if its total equals the optimum, so it cannot hide a mistake.
    """
    best = solve(cost, limit)
    is_tie = abs(total(cost, limit, claim) - total(cost, limit, best)) <= TIE
    return sorted(claim if is_tie else best)
