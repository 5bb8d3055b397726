"""Runs the benchmarks and writes docs/performance.md and its plot: `make bench`."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.crowds import ROOT, build

DOCS = ROOT / "docs"
LEAST = {10: 2.5, 50: 7, 200: 15, 1000: 45}  # times faster than the fastest peer
PEERS = ["pyxtrackers", "visiontrack-cpp", "trackforge"]
COLOURS = {
    "streamtrack": "#d62728",
    "core": "#ff7f0e",
    "floor": "#7f7f7f",
    "pyxtrackers": "#1f77b4",
    "visiontrack-cpp": "#2ca02c",
    "trackforge": "#9467bd",
}
Table = list[dict[str, Any]]


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


def python_table(table: Table) -> list[str]:
    lines = [
        f"| objects | streamtrack | {' | '.join(PEERS)} | times faster than the fastest | target |",
        "|---" * (len(PEERS) + 4) + "|",
    ]
    for row in table:
        peers = [row[name] for name in PEERS]
        cells = [f"{value:.1f}" for value in [row["streamtrack"], *peers]]
        least = LEAST[row["objects"]]
        faster = min(peers) / row["streamtrack"]
        lines.append(f"| {row['objects']} | {' | '.join(cells)} | {faster:.1f} | {least} |")
    return lines


def core_table(table: Table) -> list[str]:
    lines = [
        "| objects | core | floor | core / floor | core, ns an object |",
        "|---|---|---|---|---|",
    ]
    for row in table:
        share = row["core"] / row["floor"]
        each = 1000 * row["core"] / row["objects"]
        times = f"{row['core']:.1f} | {row['floor']:.1f} | {share:.2f} | {each:.0f}"
        lines.append(f"| {row['objects']} | {times} |")
    return lines


def instruction_table() -> list[str]:
    record = json.loads((ROOT / "benchmarks" / "instructions.json").read_text())
    lines = ["| objects | instructions an object and frame |", "|---|---|"]
    for objects, count in record["instructions"].items():
        each = count / (int(objects) * record["frames"][objects])
        lines.append(f"| {objects} | {each:.0f} |")
    return [*lines, "", f"Recorded with {record['compiler']}."]


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


def main() -> None:
    measured = commit()  # before the files that this writes make the tree differ
    core_speed = str(build("core_speed") / "core_speed")
    core = rows_of(core_speed, "10", "50", "200", "1000", "5000", "20000")
    both = rows_of(sys.executable, "-m", "benchmarks.side_by_side", "10", "50", "200", "1000")
    python = [row for row in both if row["turn"] == 1]
    (DOCS / "images").mkdir(parents=True, exist_ok=True)
    (DOCS / "images" / "performance.svg").write_text(plot(python, core))
    text = [
        "# Performance",
        "",
        f"`make bench`, {date.today()}, commit {measured}, {machine()}. Median microseconds a "
        "frame in one thread; the crowds are those of `benchmarks/native/crowd.hpp` (1920x1080, "
        "misses, low scores, births and deaths). Programs take turns within one run, and a "
        "benchmark checks its answers before its times count.",
        "",
        "![Time against objects](images/performance.svg)",
        "",
        "## From Python",
        "",
        "`Tracker.update`, NumPy in and NumPy out, all checks on; peers get each frame in the form "
        "that they take fastest. In turns of one frame, where each tracker finds the caches full "
        "of the others' data:",
        "",
        *python_table(python),
        "",
        "In turns of ten frames, nearer to a tracker that runs alone:",
        "",
        *python_table([row for row in both if row["turn"] != 1]),
        "",
        "## The core beside a floor",
        "",
        "The floor (`benchmarks/native/floor.cpp`) does ByteTrack's steps and nothing else: no "
        "options, no checks, no classes, no canonical order. Its tracks and ids must equal the "
        "core's in every frame. "
        "Where it is slower than the core it is no floor yet: it has to be written faster.",
        "",
        *core_table(core),
        "",
        "## Instructions",
        "",
        "Counts repeat where times do not (callgrind); `.ci/run` refuses growth over 3 %.",
        "",
        *instruction_table(),
        "",
    ]
    (DOCS / "performance.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
