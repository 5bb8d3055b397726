"""`streamtrack track` on detections in text: CPU seconds, and resident memory against length.

Each length runs in a process of its own. Prints a row of JSON for each: detections, CPU seconds of
the whole command, of reading and writing, and of tracking, and the most memory that was resident.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.crowds import crowd

DETECTIONS = (1_000_000, 4_000_000)
OBJECTS, FRAMES = 50, 2000  # of the crowd, which comes again and again


def write(path: Path, detections: int) -> None:
    """Writes so many rows of MOT text."""
    frames = crowd(OBJECTS, FRAMES)
    written = number = 0
    with path.open("w") as file:
        while written < detections:
            rows = frames[number % FRAMES][: detections - written]
            number += 1
            for x1, y1, x2, y2, score in rows.tolist():
                box = f"{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f}"
                file.write(f"{number},-1,{box},{score:.4f},-1,-1,-1\n")
            written += len(rows)


def run(path: Path, output: Path) -> None:
    """Tracks one file in this process, on one thread, and prints what it took."""
    from streamtrack.io import open_inputs
    from streamtrack.offline import track_sources

    before = time.process_time()
    summary = track_sources(open_inputs([path]), output, threads=1)
    whole = time.process_time() - before
    print(
        json.dumps(
            {
                "detections": summary.streams[0].detections,
                "command": time.process_time(),  # with the start of Python
                "tracking": summary.seconds,
                "files": whole - summary.seconds,
                "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            }
        )
    )


def main() -> None:
    if len(sys.argv) == 3:
        return run(Path(sys.argv[1]), Path(sys.argv[2]))
    for detections in DETECTIONS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "det.txt"
            write(path, detections)
            words = [sys.executable, "-m", "benchmarks.files", str(path), folder + "/out"]
            subprocess.run(words, check=True)
    return None


if __name__ == "__main__":
    main()
