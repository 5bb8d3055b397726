"""One hue for one id, in videos, pictures and reports: neighbours in number are far apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio


def hue_of(track_id: int) -> float:
    """Returns an id's hue in [0, 1); exact for ids of 64 bits, which floats do not tell apart."""
    return track_id * _GOLDEN % 2**64 / 2**64


def hues_of(ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Returns the hue of each id in whole degrees, 0 to 359."""
    with np.errstate(over="ignore"):
        turns = ids * np.uint64(_GOLDEN)
    return (turns >> np.uint64(40)).astype(np.int64) * 360 >> 24
