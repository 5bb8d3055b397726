"""`MultiStreamTracker.update_batch` on all cores beside one thread, batch by batch in turn.

Prints a row of JSON for each batch size: streams, objects a stream, median microseconds a batch on
one thread and on all. Ids and boxes must be the same bytes.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from statistics import median

import numpy as np
import streamtrack as st

from benchmarks.crowds import Rows, crowd

# Streams, objects a stream, batches: much work and little.
BATCHES = [
    (64, 50, 300),
    (1000, 10, 150),
    (1000, 50, 60),
    (8, 50, 1000),
    (16, 10, 1000),
    (2, 10, 1000),
]
WARM_UP = 20
CROWDS = 8  # different ones; streams share them


def columns(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(rows[:, :4]), np.ascontiguousarray(rows[:, 4])


def check(one: dict[str, st.Tracks], other: dict[str, st.Tracks], known: dict[int, int]) -> None:
    """Two trackers must say the same, but for the numbers of their ids, which they share out."""
    for name, tracks in one.items():
        others = other[name]
        ids = zip(tracks.ids.tolist(), others.ids.tolist(), strict=True)
        if tracks.boxes.tobytes() != others.boxes.tobytes() or any(
            known.setdefault(own, their) != their for own, their in ids
        ):
            sys.exit(f"{name}: all cores give other tracks than one thread")


def measure(streams: int, objects: int, batches: int) -> dict[str, float]:
    crowds = [
        [columns(rows) for rows in crowd(objects, batches, seed)] for seed in range(1, CROWDS + 1)
    ]
    names = [f"camera-{k}" for k in range(streams)]
    trackers = {"one": st.MultiStreamTracker(threads=1), "all": st.MultiStreamTracker(threads=0)}
    times: dict[str, list[int]] = {name: [] for name in trackers}
    answers: dict[str, dict[str, st.Tracks]] = {}
    known: dict[int, int] = {}
    gc.collect()
    gc.disable()
    for number in range(batches):
        batch = {name: crowds[k % CROWDS][number] for k, name in enumerate(names)}
        # Who comes second finds the frames in the caches: they take turns.
        for name in sorted(trackers, reverse=number % 2 == 0):
            tracker = trackers[name]
            begin = time.perf_counter_ns()
            answers[name] = tracker.update_batch(batch)
            times[name].append(time.perf_counter_ns() - begin)
        check(answers.pop("one"), answers.pop("all"), known)
    return {
        "streams": streams,
        "objects": objects,
        "cores": os.cpu_count() or 1,
        **{name: median(times[name][WARM_UP:]) / 1000 for name in trackers},
    }


def main() -> None:
    for streams, objects, batches in BATCHES:
        print(json.dumps(measure(streams, objects, batches)), flush=True)


if __name__ == "__main__":
    main()
