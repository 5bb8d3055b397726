"""torchvision: the dicts of its detection models, {"boxes", "scores", "labels", ...}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack._core import Tracks
from streamtrack.interop.tensors import as_array


def arrays_of(
    prediction: Mapping[str, Any],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Boxes (x1, y1, x2, y2), scores and classes of one picture, as trackers take them.

    Make the model with `box_score_thresh=0.1` or less (0.05 is its default), so that the tracker
    sees low scores.
    """
    boxes, scores, labels = (as_array(prediction[name]) for name in ("boxes", "scores", "labels"))
    return (
        np.ascontiguousarray(boxes, np.float32).reshape(-1, 4),
        np.ascontiguousarray(scores, np.float32),
        np.ascontiguousarray(labels, np.int64),
    )


def with_ids(prediction: Mapping[str, Any], tracks: Tracks) -> dict[str, Any]:
    """The detections that belong to a track, with "ids" (int64), on the device they were on.

    Masks and key points stay with their detections. Predicted boxes are left out. An id of
    `id_mode: unique` may be negative as int64, and is the track's as uint64.

    Args:
        prediction: What the tracker was given (`arrays_of`).
        tracks: What it returned.
    """
    matched = tracks.detection_index >= 0
    rows = tracks.detection_index[matched].astype(np.int64)
    ids = tracks.ids[matched].astype(np.int64)
    chosen = {name: values[rows] for name, values in prediction.items()}
    boxes = chosen["boxes"]
    if not hasattr(boxes, "detach"):
        return {**chosen, "ids": ids}
    import torch

    return {**chosen, "ids": torch.as_tensor(ids, device=boxes.device)}
