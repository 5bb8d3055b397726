"""Counts the instructions of a fixed piece of tracking with callgrind.

`python -m benchmarks.instructions` compares with benchmarks/instructions.json and fails where a
count grew by more than 3 %; `--record` writes the file anew. Another compiler gives other counts:
then it says so, and compares nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.crowds import build

RECORD = Path(__file__).with_name("instructions.json")
WORK = {"10": 300, "50": 200, "1000": 20}  # objects: frames
MOST_GROWTH = 0.03


def compiler() -> str:
    cache = (build("fixed_work").parents[1] / "CMakeCache.txt").read_text()
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)
    words = [found[1] if found else "c++", "--version"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def count(objects: str, frames: int) -> int:
    """Instructions of all updates together."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={folder}/out",
            "--toggle-collect=streamtrack::StreamTracker::update*",
            str(build("fixed_work") / "fixed_work"),
            objects,
            str(frames),
        ]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        sys.exit(f"callgrind must say what it collected, got:\n{done.stderr}")
    return int(found[1])


def main() -> None:
    if shutil.which("valgrind") is None:
        print("instructions not counted: valgrind is not installed (apt-get install valgrind)")
        return
    counted = {objects: count(objects, frames) for objects, frames in WORK.items()}
    now = {"compiler": compiler(), "frames": WORK, "instructions": counted}
    if "--record" in sys.argv[1:]:
        RECORD.write_text(json.dumps(now, indent=2) + "\n")
        return
    before = json.loads(RECORD.read_text())
    if before["compiler"] != now["compiler"]:
        print(f"instructions not compared: {now['compiler']}, recorded with {before['compiler']}")
        return
    grown = False
    for objects, instructions in counted.items():
        growth = instructions / before["instructions"][objects] - 1
        each = instructions / (int(objects) * WORK[objects])
        print(f"{objects} objects: {each:.0f} instructions an object and frame ({growth:+.1%})")
        grown = grown or growth > MOST_GROWTH
    if grown:
        sys.exit(
            "instructions must not grow by more than 3 %: make the change cheaper, or record the "
            "new counts with --record and say why in the commit"
        )


if __name__ == "__main__":
    main()
