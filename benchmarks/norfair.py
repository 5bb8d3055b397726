"""norfair-rs on the crowds of the other peers, in a process of its own: it needs Python 3.12.

Prints a row of JSON for each number of objects that it is given.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from statistics import median

import norfair_rs
import numpy as np

from benchmarks.crowds import FRAMES, WARM_UP, crowd


def measure(objects: int) -> float:
    """Median microseconds a frame; detections are made before the clock starts."""
    tracker = norfair_rs.Tracker(
        distance_function="iou",
        distance_threshold=0.8,
        hit_counter_max=30,
        initialization_delay=1,
    )
    frames = crowd(objects, FRAMES[objects])
    times, shares = [], []
    gc.collect()
    gc.disable()
    for rows in frames:
        detections = [
            norfair_rs.Detection(points=box.reshape(2, 2), scores=np.full(2, score))
            for box, score in zip(rows[:, :4].astype(np.float64), rows[:, 4], strict=True)
        ]
        begin = time.perf_counter_ns()
        tracked = tracker.update(detections)
        times.append(time.perf_counter_ns() - begin)
        shares.append(len(tracked) / max(1, len(rows)))
    if median(shares[WARM_UP:]) < 0.7:
        sys.exit(f"norfair-rs tracks {median(shares[WARM_UP:]):.0%} of the detections")
    return median(times[WARM_UP:]) / 1000


if __name__ == "__main__":
    for count in map(int, sys.argv[1:]):
        print(json.dumps({"objects": count, "norfair-rs": measure(count)}), flush=True)
