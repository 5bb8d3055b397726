"""Hours of 64 cameras through the Python package: memory must stay as it is after the warm-up.

python -m tests.python.soak MINUTES
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import streamtrack as st
from numpy.typing import NDArray

STREAMS = 64
LIFE = 400  # frames after which the scene repeats
PEOPLE = 24
TURN = 50  # batches from one removal to the next
ROUND = TURN * STREAMS
WARM_UP = 3  # rounds
MOST_GROWTH = 0.01
FRAMES_PER_HOUR = 30 * 3600 * STREAMS

Frame = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]


def scene() -> list[Frame]:
    """People who walk, hide and go, one frame for each moment: boxes (N, 4), scores, classes."""
    frames = []
    lane = np.arange(PEOPLE)
    for moment in range(LIFE):
        age = (moment + 101 * lane) % LIFE
        here = (age < 330) & (age // 16 % 8 != 7)
        way = np.where(lane % 2 == 0, age, LIFE - age)
        boxes = np.stack([2 * way, 30 * lane, 2 * way + 30 + lane, 30 * lane + 60], axis=1)
        scores = np.where((moment + lane) % 5 == 0, 0.3, 0.9)
        frames.append(
            (
                boxes[here].astype(np.float32),
                scores[here].astype(np.float32),
                (lane[here] % 3).astype(np.int32),
            )
        )
    return frames


def resident_megabytes() -> float:
    """Memory of this process that lies in RAM."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


class Soak:
    """A tracker whose streams go and come again, one after the other."""

    def __init__(self) -> None:
        self._tracker = st.MultiStreamTracker()
        self._scene = scene()
        self._batch = 0
        self.frames = 0
        self.removals = 0
        self.greatest_id = 0

    def play_round(self) -> None:
        """Every stream is removed once; what it sees grows and shrinks with its own noon."""
        for _ in range(ROUND):
            if self._batch % TURN == 0:
                leaving = self._batch // TURN % STREAMS
                self.removals += self._tracker.remove_stream(f"camera-{leaving}")
            present = {
                f"camera-{k}": self._frame(k)
                for k in range(STREAMS)
                if (self._batch + 7 * k) % 16 != 0
            }
            for tracks in self._tracker.update_batch(present).values():
                self.frames += 1
                if len(tracks.ids):
                    self.greatest_id = max(self.greatest_id, int(tracks.ids[-1]))
            self._batch += 1

    def _frame(self, stream: int) -> Frame:
        boxes, scores, classes = self._scene[(self._batch + 37 * stream) % LIFE]
        hour = (self._batch + TURN * stream) % ROUND
        size = round(len(boxes) * 2 * min(hour, ROUND - hour) / ROUND)
        return boxes[:size], scores[:size], classes[:size]


def main(minutes: float) -> int:
    """Plays for so long; 1 where memory grew."""
    soak = Soak()
    for _ in range(WARM_UP):
        soak.play_round()
    resident = [resident_megabytes()]
    end = time.monotonic() + 60 * minutes
    while len(resident) == 1 or time.monotonic() < end:
        soak.play_round()
        resident.append(resident_megabytes())
    growth = max(resident) / min(resident) - 1
    print(
        f"python:\n   {soak.frames} frames = {soak.frames / FRAMES_PER_HOUR:.2f} hours of "
        f"{STREAMS} cameras at 30 frames a second; {soak.greatest_id} ids; {soak.removals} "
        "streams removed and begun anew\n"
        f"   resident memory after the warm-up: {min(resident):.2f} to {max(resident):.2f} MB "
        f"({100 * growth:.2f} %)"
    )
    if growth > MOST_GROWTH:
        print("FAILED python: resident memory is not flat within 1 %")
        return 1
    print("ok python")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
