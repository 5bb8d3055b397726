"""Ultralytics: its Results in, its Results with ids out.

In place of `model.track(frame)`:

    result = model.predict(frame, conf=0.1)[0]
    result = with_ids(result, tracker.update("gate", *arrays_of(result)))
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import Tracks
from streamtrack.interop.tensors import as_array

LARGEST_EXACT = np.uint64(2**53)  # ids stand in a column of floats there


def arrays_of(result: Any) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Boxes (x1, y1, x2, y2), scores and classes of a Results, as trackers take them.

    Predict with `conf=0.1` or less: with Ultralytics' usual 0.25 the tracker never sees the
    detections that its second match lives on.

    Raises:
        ValueError: The result has no upright boxes: a classifier's, or turned boxes (OBB).
    """
    if result.boxes is None:
        raise ValueError("the result must have boxes, got none; use a detection model")
    return (
        np.ascontiguousarray(as_array(result.boxes.xyxy), np.float32),
        np.ascontiguousarray(as_array(result.boxes.conf), np.float32),
        np.ascontiguousarray(as_array(result.boxes.cls)).astype(np.int64),
    )


def with_ids(result: Any, tracks: Tracks) -> Any:
    """A new Results of the detections that belong to a track, with `boxes.id`.

    Masks and key points stay with their detections. Predicted boxes are left out.

    Args:
        result: What the tracker was given (`arrays_of`).
        tracks: What it returned.

    Raises:
        ValueError: An id is too large for Ultralytics: use `id_mode: sequential`.
    """
    import torch

    matched = tracks.detection_index >= 0
    rows, ids = tracks.detection_index[matched].astype(np.int64), tracks.ids[matched]
    if np.any(ids > LARGEST_EXACT):
        raise ValueError(
            f"ids must be at most 2^53 for Ultralytics, whose ids are floats, got {ids.max()}; "
            "use id_mode: sequential"
        )
    chosen = result[rows]
    data = chosen.boxes.data
    columns = torch.as_tensor(ids.astype(np.float64), device=data.device)[:, None]
    chosen.update(boxes=torch.cat([data[:, :4].double(), columns, data[:, -2:].double()], dim=1))
    return chosen
