"""Runs the benchmarks and writes docs/performance.md and its plot: `make bench`."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from benchmarks import tables
from benchmarks.crowds import ROOT, build
from benchmarks.tables import Table

DOCS = ROOT / "docs"
COLOURS = {
    "streamtrack": "#d62728",
    "core": "#ff7f0e",
    "floor": "#7f7f7f",
    "pyxtrackers": "#1f77b4",
    "visiontrack-cpp": "#2ca02c",
    "trackforge": "#9467bd",
}
NORFAIR_PYTHON = ROOT / ".venv" / "norfair" / "bin" / "python"
VERSION = "9.1"  # of DeepStream, for NvMOT_Process


def rows_of(*command: str) -> Table:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return [json.loads(line) for line in done.stdout.splitlines()]


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else os.uname().machine}, {os.cpu_count()} cores"


def commit() -> str:
    words = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(
        words, check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()


def plot(python: Table, core: Table) -> str:
    """Time against objects, both logarithmic, as SVG."""
    lines = {
        name: [(row["objects"], row[name]) for row in table if name in row]
        for table in (core, python)
        for name in COLOURS
        if name in table[0]
    }
    width, height, left, bottom = 670, 420, 60, 40

    def place(objects: float, microseconds: float) -> str:
        x = left + (math.log10(objects) - 1) / 3.4 * (width - left - 160)
        y = height - bottom - math.log10(microseconds) / 5 * (height - bottom - 20)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="14">microseconds a frame, against objects</text>',
    ]
    for power in range(6):
        x, y = place(10, 10**power).split(",")
        parts.append(f'<path d="M{x} {y}H{width - 160}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y}" text-anchor="end">{10**power}</text>')
    for objects in (10, 50, 200, 1000, 5000, 20000):
        x, y = place(objects, 1).split(",")
        parts.append(f'<text x="{x}" y="{float(y) + 18}" text-anchor="middle">{objects}</text>')
    for k, (name, points) in enumerate(lines.items()):
        path = " ".join(place(*point) for point in points)
        label = "streamtrack (Python)" if name == "streamtrack" else name
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>'
            f'<text x="{width - 152}" y="{40 + 18 * k}" fill="{COLOURS[name]}">{label}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def page(results: dict[str, Table], measured: str) -> list[str]:
    """The lines of docs/performance.md."""
    in_turn = {turn: [row for row in results["python"] if row["turn"] == turn] for turn in (1, 10)}
    return [
        "# Performance",
        "",
        f"`make bench`, {date.today()}, commit {measured}, {machine()}. Median microseconds, in "
        "one thread where nothing else is said; the crowds are those of "
        "`benchmarks/native/crowd.hpp` (1920x1080, misses, low scores, births and deaths). "
        "Programs take turns within one run, and a benchmark checks its answers before its times "
        "count.",
        "",
        "![Time against objects](images/performance.svg)",
        "",
        "## From Python",
        "",
        "`Tracker.update`, NumPy in and NumPy out, all checks on; peers get each frame in the form "
        "that they take fastest. In turns of one frame, where each tracker finds the caches full "
        "of the others' data:",
        "",
        *tables.beside_peers(in_turn[1]),
        "",
        "In turns of ten frames, nearer to a tracker that runs alone:",
        "",
        *tables.beside_peers(in_turn[10]),
        "",
        *tables.beside_norfair(results["norfair"], in_turn[10]),
        "",
        "A free-threaded Python could not be had for these measurements (Debian 12 has "
        "none, and none was found on PyPI), so `update_batch` was not measured on one.",
        "",
        "## The core beside a floor",
        "",
        "The floor (`benchmarks/native/floor.cpp`) does ByteTrack's steps and nothing else: no "
        "options, no checks, no classes, no canonical order. Its tracks and ids must equal the "
        "core's in every frame. The last column is what `Tracker.update` takes beyond the core, in "
        "turns of ten frames.",
        "",
        *tables.beside_floor(results["core"], in_turn[10]),
        "",
        "## NvMOT_Process",
        "",
        f"`NvMOT_Process` as DeepStream {VERSION} calls it beside the core with the same frames, a "
        "batch in turn; the ids are the same. `tests/native` shows with strace that it makes no "
        "system call, and with a malloc of its own that it allocates nothing.",
        "",
        *tables.through_nvmot(results["process"]),
        "",
        "## Many streams",
        "",
        "`MultiStreamTracker.update_batch` on one thread and on all cores. Small batches stay on "
        "one thread: to wake another takes longer.",
        "",
        *tables.on_all_cores(results["batches"]),
        "",
        "## Files",
        "",
        "`streamtrack track` on MOT text of 50 objects a frame, seconds of CPU; the command's are "
        "with the start of Python.",
        "",
        *tables.of_files(results["files"]),
        "",
        "## After a long time",
        "",
        "Ten objects, frame after frame, in one run.",
        "",
        *tables.over_time(results["flat_time"]),
        "",
        "## Instructions",
        "",
        "Counts repeat where times do not (callgrind); `.ci/run` refuses growth over 3 %.",
        "",
        *tables.of_instructions(ROOT / "benchmarks" / "instructions.json"),
        "",
    ]


def main() -> None:
    measured = commit()  # before the files that this writes make the tree differ
    native = build("core_speed", "process_speed", "ByteTracker")
    library = str(ROOT / "lib" / "libByteTracker.so")
    sizes = ["10", "50", "200", "1000"]
    commands = {
        "core": [str(native / "core_speed"), *sizes, "5000", "20000"],
        "process": [str(native / "process_speed"), library, VERSION, "64", "50"],
        "python": [sys.executable, "-m", "benchmarks.side_by_side", *sizes],
        **{
            name: [sys.executable, "-m", f"benchmarks.{name}"]
            for name in ("batches", "files", "flat_time")
        },
    }
    if NORFAIR_PYTHON.exists():
        commands["norfair"] = [str(NORFAIR_PYTHON), "-m", "benchmarks.norfair", *sizes]
    results = {"norfair": [], **{name: rows_of(*words) for name, words in commands.items()}}
    (DOCS / "images").mkdir(parents=True, exist_ok=True)
    one_frame = [row for row in results["python"] if row["turn"] == 1]
    (DOCS / "images" / "performance.svg").write_text(plot(one_frame, results["core"]))
    text = "\n".join(page(results, measured))
    (DOCS / "performance.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
