"""What the page draws is what the rows say."""

from __future__ import annotations

import numpy as np
import pytest
from streamtrack.hues import hue_of, hues_of
from streamtrack.io import BoxTable, InputError, box_table
from streamtrack.report.lives import PATH_POINTS, lives_of
from streamtrack.report.streams import activity, length_histogram, score_histogram

from tests.report.scenes import TRACKS, crowd, table, walk


def plain_lives(tracks: BoxTable) -> dict[int, list[tuple[int, float, float]]]:
    """The witness: each id's frames and feet, with dictionaries."""
    found: dict[int, list[tuple[int, float, float]]] = {}
    for frame, number, box in zip(
        tracks.frames.tolist(), tracks.ids.tolist(), tracks.boxes.tolist(), strict=True
    ):
        found.setdefault(number, []).append((frame, box[0] + box[2] / 2, box[1] + box[3]))
    return {number: sorted(life) for number, life in found.items()}


@pytest.mark.parametrize("tracks", [table("a", TRACKS), crowd("b", 60, 400, 3)], ids=["a", "b"])
def test_lives_gaps_and_paths(tracks: BoxTable) -> None:
    shuffled = tracks.take(np.random.default_rng(1).permutation(len(tracks)))
    lives = lives_of(shuffled)
    expected = plain_lives(tracks)
    gaps, paths = lives.gaps(), lives.paths()
    assert sorted(lives.ids.tolist()) == sorted(expected)
    assert lives.first.tolist() == sorted(lives.first.tolist())
    for track, number in enumerate(lives.ids.tolist()):
        life = expected[number]
        frames = [frame for frame, _, _ in life]
        assert (lives.first[track], lives.last[track]) == (frames[0], frames[-1])
        assert lives.boxes[track] == len(life)
        missing = sorted(set(range(frames[0], frames[-1] + 1)) - set(frames))
        spans = gaps.get(track, [])
        filled = [f for a, b in zip(spans[::2], spans[1::2], strict=True) for f in range(a, b + 1)]
        assert filled == missing
        points = np.cumsum(np.array(paths[track]).reshape(-1, 3), axis=0).tolist()
        assert len(points) <= PATH_POINTS + 1
        assert points[0][0] == frames[0]
        assert points[-1][0] == frames[-1]
        rounded = {frame: [round(x), round(y)] for frame, x, y in life}
        assert all(rounded[frame] == [x, y] for frame, x, y in points)


def test_no_tracks() -> None:
    lives = lives_of(table("empty", []))
    assert lives.to_json(hues_of(lives.ids))["ids"] == []
    assert activity([lives], 1).tolist() == [[0.0] * 60]


def test_detections_are_refused() -> None:
    with pytest.raises(InputError, match="gate: every row must have an id, got -1 in row 1"):
        lives_of(box_table("gate", [1], [[0, 0, 5, 5]]))


def test_neighbouring_ids_have_far_hues() -> None:
    hues = hues_of(np.arange(1, 13, dtype=np.uint64))
    apart = np.abs(hues[:, None] - hues[None])
    apart = np.minimum(apart, 360 - apart)[~np.eye(12, dtype=bool)]
    assert apart.min() >= 15  # 360 over 12 is 30
    for start in (1, 2**63, 2**64 - 200):
        ids = np.arange(start, start + 100, dtype=np.uint64)
        assert hues_of(ids).tolist() == [int(360 * hue_of(one)) for one in ids.tolist()]


def test_histograms() -> None:
    lives = lives_of(table("a", TRACKS + walk(9, range(1, 2), top=0)))
    assert sum(score_histogram(lives)) == len(lives.table)
    lengths = length_histogram(lives)  # of 20, 18, 35 and 1 boxes
    assert [lengths[part] for part in (0, 4, 5)] == [1, 2, 1]
    counts = activity([lives], 40, bins=4)  # boxes per frame in each quarter
    assert counts[0].tolist() == pytest.approx([2.1, 1.5, 1.8, 2.0])
