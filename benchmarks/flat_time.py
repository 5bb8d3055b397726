"""Whether a frame costs the same after a long time: medians of windows of one run.

Prints a row of JSON for each tracker: microseconds of the frames around the thousandth and of the
last ones. Peers that slow down run for fewer frames.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pyxtrackers
import streamtrack as st

from benchmarks.crowds import crowd

OBJECTS, CROWD_FRAMES = 10, 10_000  # the crowd comes again and again
FRAMES = {"streamtrack": 1_000_000, "pyxtrackers": 6_000}


def times_of(update: Callable[..., Any], frames: list[tuple[Any, ...]], count: int) -> list[int]:
    clock, times = time.perf_counter_ns, []
    for number in range(count):
        arguments = frames[number % len(frames)]
        begin = clock()
        update(*arguments)
        times.append(clock() - begin)
    return times


def main() -> None:
    rows = crowd(OBJECTS, CROWD_FRAMES)
    ours = st.Tracker()
    theirs = pyxtrackers.BYTETracker(track_thresh=0.5, match_thresh=0.8, track_buffer=30)
    updates = {
        "streamtrack": (
            ours.update,
            [(np.ascontiguousarray(r[:, :4]), np.ascontiguousarray(r[:, 4])) for r in rows],
        ),
        "pyxtrackers": (theirs.update, [(r.astype(np.float64),) for r in rows]),
    }
    gc.collect()
    gc.disable()
    for name, (update, frames) in updates.items():
        times = times_of(update, frames, FRAMES[name])
        early, late = median(times[500:1500]) / 1000, median(times[-1000:]) / 1000
        row = {"tracker": name, "frames": len(times), "early": early, "late": late}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
