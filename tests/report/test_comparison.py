"""Two runs differ where they differ, and nowhere else."""

from __future__ import annotations

import numpy as np
from streamtrack.report.comparison import Comparison, Status, compare
from streamtrack.report.lives import lives_of

from tests.report.scenes import OTHER, TRACKS, Rows, table, walk


def of(first: Rows, second: Rows) -> Comparison:
    return compare(lives_of(table("a", first)), lives_of(table("a", second)))


def renamed(rows: Rows, names: dict[int, int]) -> Rows:
    return [(frame, names[number], left, top) for frame, number, left, top in rows]


def test_equal_runs_with_other_ids() -> None:
    found = of(TRACKS, renamed(TRACKS[::-1], {1: 70, 5: 2, 2: 2**63}))
    assert found.frames.tolist() == found.moved.tolist() == []
    assert all((status == Status.EQUAL).all() for status in found.statuses)


def test_an_id_that_goes_on_and_a_track_more() -> None:
    first, second = lives_of(table("a", TRACKS)), lives_of(table("a", OTHER))
    found = compare(first, second)
    # 20 boxes of track 1 and 18 of track 5 are all of track 31, which corresponds to track 1.
    assert found.frames.tolist() == list(range(23, 41))
    assert found.moved.tolist() == []
    counts = found.to_json(first, second)["frames"]
    assert counts[0] == [23, 0, 0, 1, 0]
    assert counts[30 - 23] == [30, 0, 1, 1, 0]
    assert sum(row[2] for row in counts) == 5


def test_boxes_that_moved_a_little_and_far() -> None:
    rows = walk(1, range(1, 11))
    near = [(frame, 1, left + 0.5 * (frame == 4), top) for frame, _, left, top in rows]
    found = of(rows, near)
    assert (found.frames.tolist(), found.moved.tolist()) == ([], [4])
    far = [(frame, 1, left + 200 * (frame == 4), top) for frame, _, left, top in rows]
    found = of(rows, far)
    assert (found.frames.tolist(), found.moved.tolist()) == ([], [4])


def test_a_hundredth_of_a_pixel_is_no_difference() -> None:
    rows = walk(1, range(1, 11))
    found = of(rows, [(frame, 1, left + 0.009, top) for frame, _, left, top in rows])
    assert found.frames.tolist() == found.moved.tolist() == []


def test_two_tracks_that_change_places() -> None:
    first = walk(1, range(1, 11)) + walk(2, range(1, 11), top=300)
    second = (
        walk(1, range(1, 7)) + walk(2, range(7, 11))
        + walk(2, range(1, 7), top=300) + walk(1, range(7, 11), top=300)
    )  # fmt: skip
    found = of(first, second)
    assert found.frames.tolist() == [7, 8, 9, 10]
    assert [(status == Status.RENAMED).sum() for status in found.statuses] == [8, 8]


def test_one_run_without_tracks() -> None:
    found = of(walk(1, range(3, 6)), [])
    assert found.frames.tolist() == [3, 4, 5]
    assert found.renaming == {}
    np.testing.assert_array_equal(found.statuses[0], Status.ALONE)
