"""Gives streams that were tracked apart the ids that one process would have given them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamtrack.scale.stream import RunFolder


def number_tracks(folder: RunFolder, streams: int) -> None:
    """Writes `RunFolder.ids` of every stream from `RunFolder.births` of all.

    One process takes all streams forward frame by frame and hands out 1, 2, 3 in the order of the
    streams. So a track's id is one more than the number of tracks that were first reported in an
    earlier frame, in the same frame of an earlier stream, or before it in the same frame of its
    own. What is held is one count for each frame, however many streams and tracks there are.

    Args:
        folder: Of the run.
        streams: How many streams there are.
    """
    of_frame = np.zeros(1, np.int64)
    for place in range(streams):
        frames, counts = _counted(folder, place)
        if len(frames) and frames[-1] >= len(of_frame):
            of_frame = np.append(of_frame, np.zeros(frames[-1] + 1 - len(of_frame), np.int64))
        of_frame[frames] += counts
    next_id = 1 + np.cumsum(of_frame) - of_frame
    for place in range(streams):
        frames, counts = _counted(folder, place)
        within_frame = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        np.save(folder.ids(place), np.repeat(next_id[frames], counts) + within_frame)
        next_id[frames] += counts


def _counted(folder: RunFolder, place: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The frames in which a stream's tracks were first reported, ascending, and how many each."""
    births = np.load(folder.births(place)).astype(np.int64)
    frames, counts = np.unique(births, return_counts=True)
    return frames, counts.astype(np.int64)
