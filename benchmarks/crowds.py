"""The crowds of native/crowd.hpp, as arrays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build" / "benchmarks"
Rows = NDArray[np.float32]  # (N, 5): x1, y1, x2, y2, score
FRAMES = {10: 1500, 50: 1000, 200: 300, 1000: 90}  # that are measured, by objects
WARM_UP = 30  # frames that do not count


def build(*targets: str) -> Path:
    """Builds native benchmarks and returns the folder that they are in."""
    options = ["-DBENCHMARKS=ON", "-DNATIVE_TESTS=ON", "-DCMAKE_BUILD_TYPE=Release"]
    for command in (
        ["cmake", "-S", str(ROOT), "-B", str(BUILD), *options],
        ["cmake", "--build", str(BUILD), "--target", *targets, "--", "-j2"],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return BUILD / "benchmarks" / "native"


def crowd(objects: int, frames: int, seed: int = 1) -> list[Rows]:
    """`frames` frames of a crowd of about `objects` people in 1920x1080."""
    words = [str(build("crowd_frames") / "crowd_frames"), str(objects), str(frames), str(seed)]
    values = np.frombuffer(subprocess.run(words, check=True, capture_output=True).stdout, "<f4")
    rows, at = [], 0
    while at < len(values):
        count = int(values[at])
        rows.append(values[at + 1 : at + 1 + 5 * count].reshape(count, 5))
        at += 1 + 5 * count
    return rows
