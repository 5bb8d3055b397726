"""Tables of docs/performance.md, made of what the benchmarks printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LEAST = {10: 2.5, 50: 7, 200: 15, 1000: 45}  # times faster than the fastest peer
PEERS = ["pyxtrackers", "visiontrack-cpp", "trackforge"]
Table = list[dict[str, Any]]


def lines_of(heads: list[str], rows: list[list[object]]) -> list[str]:
    """A table in Markdown."""
    cells = [[f"{one:.2f}" if isinstance(one, float) else str(one) for one in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *cells]]


def beside_peers(table: Table) -> list[str]:
    """`Tracker.update` and its peers."""
    heads = ["objects", "streamtrack", *PEERS, "times faster than the fastest", "target"]
    rows: list[list[object]] = []
    for row in table:
        peers = [row[name] for name in PEERS]
        times = [f"{value:.1f}" for value in [row["streamtrack"], *peers]]
        faster = f"{min(peers) / row['streamtrack']:.1f}"
        rows.append([row["objects"], *times, faster, f"{LEAST[row['objects']]:g}"])
    return lines_of(heads, rows)


def beside_norfair(table: Table, alone: Table) -> list[str]:
    """norfair-rs, which runs in a process of its own."""
    if not table:
        return ["norfair-rs was not measured: it needs Python 3.12 (`make bench PYTHON312=...`)."]
    ours = {row["objects"]: row["streamtrack"] for row in alone}
    heads = ["objects", "streamtrack", "norfair-rs", "times faster"]
    rows: list[list[object]] = []
    for row in table:
        times = [ours[row["objects"]], row["norfair-rs"]]
        rows.append([row["objects"], *(f"{one:.1f}" for one in (*times, times[1] / times[0]))])
    said = "norfair-rs needs Python 3.12: a process of its own, beside ours in turns of ten frames."
    return [said, "", *lines_of(heads, rows)]


def beside_floor(core: Table, alone: Table) -> list[str]:
    """The core, the floor, and what Python's door adds where the caches are warm."""
    called = {row["objects"]: row["streamtrack"] for row in alone}
    heads = ["objects", "core", "floor", "core / floor", "core, ns an object", "from Python, more"]
    rows: list[list[object]] = []
    for row in core:
        objects, time = row["objects"], row["core"]
        times = [f"{value:.1f}" for value in (time, row["floor"])]
        more = f"{called[objects] - time:.1f}" if objects in called else ""
        rows.append([objects, *times, time / row["floor"], f"{1000 * time / objects:.0f}", more])
    return lines_of(heads, rows)


def through_nvmot(table: Table) -> list[str]:
    """NvMOT_Process and the core."""
    heads = ["streams", "objects each", "core", "NvMOT_Process", "times the core"]
    return lines_of(
        heads,
        [
            [
                row["streams"],
                row["objects"],
                row["core"],
                row["process"],
                row["process"] / row["core"],
            ]
            for row in table
        ],
    )


def on_all_cores(table: Table) -> list[str]:
    """`update_batch` on one thread and on all."""
    heads = ["streams", "objects each", "one thread", "all cores", "times faster"]
    return lines_of(
        heads,
        [
            [row["streams"], row["objects"], row["one"], row["all"], row["one"] / row["all"]]
            for row in table
        ],
    )


def of_files(table: Table) -> list[str]:
    """`streamtrack track` on text."""
    heads = ["detections", "command, s", "tracking, s", "reading and writing, s", "of tracking"]
    return lines_of(
        [*heads, "resident, MB"],
        [
            [
                row["detections"],
                row["command"],
                row["tracking"],
                row["files"],
                row["files"] / row["tracking"],
                row["resident_mb"],
            ]
            for row in table
        ],
    )


def over_time(table: Table) -> list[str]:
    """A frame's time early and late."""
    heads = ["tracker", "frames", "around the thousandth", "the last thousand"]
    return lines_of(
        heads, [[row["tracker"], row["frames"], row["early"], row["late"]] for row in table]
    )


def of_instructions(record: Path) -> list[str]:
    """Instruction counts as recorded."""
    found = json.loads(record.read_text())
    rows: list[list[object]] = [
        [objects, f"{count / (int(objects) * found['frames'][objects]):.0f}"]
        for objects, count in found["instructions"].items()
    ]
    table = lines_of(["objects", "instructions an object and frame"], rows)
    return [*table, "", f"Recorded with {found['compiler']}."]
