"""The comparison with the original sees what it must see."""

from __future__ import annotations

import numpy as np

from tests.reference.comparison import compare
from tests.reference.sequences import Rows
from tests.reference.settings import RowFilter, reference_run


def two_people(frames: int = 4) -> Rows:
    """Two tracks that stand still, ids 1 and 2."""
    rows = [
        [frame, track, 100.0 * track, 50.0, 20.0, 40.0, 0.9]
        for frame in range(1, frames + 1)
        for track in (1, 2)
    ]
    return np.array(rows)


def test_renamed_ids_are_equal() -> None:
    renamed = two_people()
    renamed[:, 1] = np.where(renamed[:, 1] == 1, 70, 5)
    comparison = compare(renamed, two_people())
    assert (comparison.share, comparison.missing, comparison.extra) == (1.0, [], [])
    assert comparison.renaming == {1: 70, 2: 5}


def test_ids_that_swap_are_conflicts() -> None:
    swapped = two_people()
    last = swapped[:, 0] == 4
    swapped[last, 1] = 3 - swapped[last, 1]
    comparison = compare(swapped, two_people())
    assert (comparison.matched, comparison.conflicts) == (6, 2)
    assert "this box has id 2 there" in comparison.explain()


def test_two_tracks_may_not_become_one() -> None:
    merged = two_people()
    merged[:, 1] = 1
    assert compare(merged, two_people()).matched == 4


def test_one_track_may_not_become_two() -> None:
    split = two_people()
    split[(split[:, 0] > 2) & (split[:, 1] == 2), 1] = 3
    assert compare(split, two_people()).matched == 6


def test_a_box_may_be_a_hundredth_of_a_pixel_away_and_no_more() -> None:
    moved = two_people()
    moved[0, 2] += 0.0099
    assert compare(moved, two_people()).share == 1.0
    moved[0, 2] += 0.0002
    comparison = compare(moved, two_people())
    assert (len(comparison.missing), len(comparison.extra)) == (1, 1)
    assert "its id 1 there is 0.0101 px away" in comparison.explain()


def test_missing_and_extra_rows_are_told_apart() -> None:
    fewer = compare(two_people()[1:], two_people())
    assert (len(fewer.missing), len(fewer.extra), fewer.surplus) == (1, 0, -1)
    more = compare(two_people(), two_people()[1:])
    assert (len(more.missing), len(more.extra), more.surplus) == (0, 1, 1)
    assert more.share == 1.0


def test_frames_that_the_original_left_empty_count_as_extra() -> None:
    assert len(compare(two_people(5), two_people(4)).extra) == 2


def test_other_scores_are_listed() -> None:
    rescored = two_people()
    rescored[3, 6] = 0.4
    comparison = compare(rescored, two_people())
    assert (comparison.share, len(comparison.rescored)) == (1.0, 1)


def test_row_filter_is_applied_to_the_tracker_alone() -> None:
    wide = np.array([[1, 3, 0, 0, 41, 20, 0.9], [1, 4, 0, 0, 10, 10, 0.9]])
    row_filter = RowFilter(smallest_area=100, widest=1.6)
    comparison = compare(np.concatenate([two_people(), wide]), two_people(), row_filter)
    assert (comparison.share, comparison.extra) == (1.0, [])
    assert len(compare(two_people(), np.concatenate([two_people(), wide]), row_filter).missing) == 2


def test_nothing_equals_nothing() -> None:
    nothing = np.empty((0, 7))
    assert compare(nothing, nothing).share == 1.0
    assert compare(nothing, two_people()).share == 0.0


def test_settings_go_by_the_name() -> None:
    assert reference_run("MOT17-13-valhalf").parameters["track_buffer"] == 25
    assert reference_run("MOT17-02-valhalf").parameters["track_buffer"] == 30
    assert reference_run("palace-yolox_ncnn").parameters["fuse_score"] is False
    assert reference_run("KITTI-Car-0001").row_filter == RowFilter(smallest_area=100)
    assert reference_run("MOT20-01").row_filter == RowFilter(smallest_area=100, widest=1.6)
