"""Frames that the detector skips on purpose cost no identities.

A pipeline with a detection interval tells the tracker of every frame but gives detections only of
every second or third. On these frames the tracks must be as good as those of the same tracker that
never hears of the others.
"""

from __future__ import annotations

import numpy as np
import pytest
import streamtrack as st
from scipy.optimize import linear_sum_assignment

from tests.reference.sequences import ABSENT, RecordedSequence, Rows, data_folder, load_rows

FRAME, ID, BOX, CONSIDER = 0, 1, slice(2, 6), 6
LEAST_IOU = 0.5
ALLOWED_LOSS = 3.0  # points of IDF1


def sequences_with_truth() -> list[RecordedSequence]:
    folder = data_folder()
    paths = sorted((folder / "sequences").iterdir()) if folder else []
    return [RecordedSequence(path) for path in paths if (path / "gt.txt").is_file()]


SEQUENCES = sequences_with_truth()


def tracked(sequence: RecordedSequence, interval: int, *, hears_of_skipped: bool) -> Rows:
    """Rows (frame, id, left, top, width, height) of the frames with detections."""
    config = st.Config(frame_rate=sequence.frame_rate)
    tracker = st.Tracker(config, box_format="ltwh")
    rows = []
    for number, (boxes, scores) in enumerate(sequence.frames()):
        if number % interval == 0:
            tracks = tracker.update(boxes, scores)
            frame = np.full(len(tracks), number + 1)
            rows.append(np.column_stack([frame, tracks.ids, tracks.boxes]))
        elif hears_of_skipped:
            tracker.update(detected=False)
    return np.concatenate(rows)


def truth_of(sequence: RecordedSequence, interval: int) -> Rows:
    """Ground truth of the frames with detections, without what is not to be considered."""
    truth = load_rows(sequence.folder / "gt.txt")
    considered: Rows = truth[(truth[:, CONSIDER] != 0) & ((truth[:, FRAME] - 1) % interval == 0)]
    return considered


def ious(first: Rows, second: Rows) -> Rows:
    """IoU of every box (left, top, width, height) of `first` with every one of `second`."""
    start = np.maximum(first[:, None, :2], second[None, :, :2])
    end = np.minimum(
        first[:, None, :2] + first[:, None, 2:], second[None, :, :2] + second[None, :, 2:]
    )
    shared = np.prod(np.clip(end - start, 0, None), axis=2)
    areas = np.prod(first[:, 2:], axis=1)[:, None] + np.prod(second[:, 2:], axis=1)[None]
    return np.asarray(shared / (areas - shared))


def identified(truth: Rows, tracks: Rows) -> int:
    """IDTP: pairs of boxes that match under the best one-to-one mapping of identities."""
    people, person_of = np.unique(truth[:, ID], return_inverse=True)
    ids, id_of = np.unique(tracks[:, ID], return_inverse=True)
    together = np.zeros((len(people), len(ids)))
    for frame in np.unique(truth[:, FRAME]):
        real, ours = truth[:, FRAME] == frame, tracks[:, FRAME] == frame
        near, same = np.nonzero(ious(truth[real, BOX], tracks[ours, BOX]) >= LEAST_IOU)
        np.add.at(together, (person_of[real][near], id_of[ours][same]), 1)
    return int(together[linear_sum_assignment(together, maximize=True)].sum())


def idf1(interval: int, *, hears_of_skipped: bool) -> float:
    """Percent, over all sequences together: 2 IDTP / (boxes of the truth + boxes of tracks)."""
    right = boxes = 0
    for sequence in SEQUENCES:
        truth = truth_of(sequence, interval)
        tracks = tracked(sequence, interval, hears_of_skipped=hears_of_skipped)
        right += identified(truth, tracks)
        boxes += len(truth) + len(tracks)
    return 200 * right / boxes


@pytest.mark.skipif(not SEQUENCES, reason=ABSENT)
@pytest.mark.parametrize("interval", [2, 3])
def test_skipped_frames_cost_no_identities(interval: int) -> None:
    told = idf1(interval, hears_of_skipped=True)
    fed_only = idf1(interval, hears_of_skipped=False)
    print(f"every {interval}: IDF1 {told:.2f}, fed only those frames {fed_only:.2f}")
    assert told >= fed_only - ALLOWED_LOSS


def test_the_measure_counts_identities() -> None:
    truth = np.array([[frame, 1, 0, 0, 10, 10, 1] for frame in (1, 2, 3)], float)
    changed = truth[:, :6].copy()
    changed[2, ID] = 2
    assert (identified(truth, truth[:, :6]), identified(truth, changed)) == (3, 2)
    changed[:, 2] += 5  # IoU a third
    assert identified(truth, changed) == 0
