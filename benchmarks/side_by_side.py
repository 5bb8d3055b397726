"""`Tracker.update` from Python beside its peers, in turns: A, B, A, B.

In turns of one frame each tracker finds the caches full of the others' data; in turns of ten it
finds its own, as it does where it runs alone. Both are measured. Peers get each frame in the form
they take fastest, made before the clock starts. Ours is timed from
NumPy arrays to NumPy arrays (ids, boxes, scores and classes are asked for), all checks on.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import pyxtrackers
import streamtrack as st
import trackforge
import visiontrack_cpp

from benchmarks.crowds import FRAMES, WARM_UP, Rows, crowd

TURNS = (1, 10)  # frames


@dataclass
class Runner:
    """One tracker: how a frame is made ready, how it is tracked, how its answer is read."""

    prepare: Callable[[Rows], tuple[Any, ...]]
    update: Callable[..., Any]
    ids: Callable[[Any], list[int]]
    times: list[int] = field(default_factory=list)
    seen: list[set[int]] = field(default_factory=list)


def runners() -> dict[str, Runner]:
    ours = st.Tracker()

    def update_ours(boxes: Rows, scores: Rows) -> st.Tracks:
        tracks = ours.update(boxes, scores)
        _ = tracks.ids, tracks.boxes, tracks.scores, tracks.classes
        return tracks

    def columns(rows: Rows, dtype: type) -> tuple[Any, ...]:
        return np.ascontiguousarray(rows[:, :4], dtype), np.ascontiguousarray(rows[:, 4], dtype)

    def tuples(rows: Rows) -> tuple[Any, ...]:
        boxes = [([x1, y1, x2 - x1, y2 - y1], score, 0) for x1, y1, x2, y2, score in rows.tolist()]
        return (boxes,)

    return {
        "streamtrack": Runner(
            lambda rows: columns(rows, np.float32), update_ours, lambda tracks: tracks.ids.tolist()
        ),
        "pyxtrackers": Runner(
            lambda rows: (rows.astype(np.float64),),
            pyxtrackers.BYTETracker(track_thresh=0.5, match_thresh=0.8, track_buffer=30).update,
            lambda tracks: [int(row[4]) for row in tracks],
        ),
        "visiontrack-cpp": Runner(
            lambda rows: columns(rows, np.float64),
            visiontrack_cpp.ByteTracker(visiontrack_cpp.TrackerConfig()).update,
            lambda tracks: tracks[0].tolist(),
        ),
        "trackforge": Runner(
            tuples,
            trackforge.BYTETRACK(0.5, 30, 0.8, 0.6).update,
            lambda tracks: [track[0] for track in tracks],
        ),
    }


def measure(objects: int, turn_frames: int) -> dict[str, Any]:
    """Median microseconds a frame of each tracker, in turns of so many frames."""
    # Other processes interrupt long frames, so those count the thread's own time.
    clock = time.perf_counter_ns if objects < 1000 else time.thread_time_ns
    trackers = runners()
    frames = crowd(objects, FRAMES[objects])
    gc.collect()
    gc.disable()  # a collection would be charged to the one that happens to be running
    for first in range(0, len(frames), turn_frames):
        for runner in trackers.values():
            turn = [runner.prepare(rows) for rows in frames[first : first + turn_frames]]
            for arguments in turn:
                begin = clock()
                answer = runner.update(*arguments)
                runner.times.append(clock() - begin)
                runner.seen.append(set(runner.ids(answer)))
                del answer  # or the next one's time would have its end in it
    for name, runner in trackers.items():
        check(name, runner, frames)
    return {
        "objects": objects,
        "turn": turn_frames,
        **{name: median(runner.times[WARM_UP:]) / 1000 for name, runner in trackers.items()},
    }


def check(name: str, runner: Runner, frames: list[Rows]) -> None:
    """A tracker that loses the crowd is no measure: most detections are tracked, and ids stay."""
    share = sum(map(len, runner.seen[WARM_UP:])) / sum(map(len, frames[WARM_UP:]))
    pairs = list(zip(runner.seen[WARM_UP:], runner.seen[WARM_UP + 1 :], strict=False))
    kept = sum(len(a & b) for a, b in pairs) / sum(len(a) for a, _ in pairs)
    if share < 0.7 or kept < 0.7:
        sys.exit(f"{name} tracks {share:.0%} of the detections and keeps {kept:.0%} of its ids")


def main() -> None:
    for turn_frames in TURNS:
        for objects in map(int, sys.argv[1:]):
            print(json.dumps(measure(objects, turn_frames)), flush=True)


if __name__ == "__main__":
    main()
