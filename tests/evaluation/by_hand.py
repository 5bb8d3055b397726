"""TrackEval run by hand: files laid out as its documentation wants, read by its own classes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import trackeval
from streamtrack import Scores

QUIET = {"PRINT_CONFIG": False}


def run(dataset: Any, class_name: str) -> dict[str, Scores]:
    """Every sequence's figures and COMBINED_SEQ, by TrackEval's evaluator."""
    evaluator = trackeval.Evaluator(
        {
            **QUIET,
            "USE_PARALLEL": False,
            "BREAK_ON_ERROR": True,
            "LOG_ON_ERROR": None,
            "PRINT_RESULTS": False,
            "TIME_PROGRESS": False,
            "OUTPUT_SUMMARY": False,
            "OUTPUT_DETAILED": False,
            "PLOT_CURVES": False,
        }
    )
    metrics = [
        trackeval.metrics.HOTA(),
        trackeval.metrics.CLEAR(QUIET),
        trackeval.metrics.Identity(QUIET),
    ]
    results, _ = evaluator.evaluate([dataset], metrics)
    of_tracker = results[dataset.get_name()]["hand"]
    return {name: figures(of_class[class_name]) for name, of_class in of_tracker.items()}


def figures(results: Mapping[str, Mapping[str, Any]]) -> Scores:
    """TrackEval prints percentages: 100 times these means and shares."""
    return Scores(
        **{name: 100 * float(np.mean(results["HOTA"][name])) for name in ("HOTA", "DetA", "AssA")},
        MOTA=100 * float(results["CLEAR"]["MOTA"]),
        IDF1=100 * float(results["Identity"]["IDF1"]),
        IDSW=int(results["CLEAR"]["IDSW"]),
        Frag=int(results["CLEAR"]["Frag"]),
        FP=int(results["CLEAR"]["CLR_FP"]),
        FN=int(results["CLEAR"]["CLR_FN"]),
    )


def motchallenge(
    root: Path,
    truths: Mapping[str, Path],
    tracks: Mapping[str, Path],
    lengths: Mapping[str, int],
    benchmark: str,
    *,
    preprocess: bool = True,
) -> dict[str, Scores]:
    """Lays sequences out as MOTChallenge's development kit has them, and evaluates."""
    for name in truths:
        sequence = root / "gt" / f"{benchmark}-train" / name
        (sequence / "gt").mkdir(parents=True)
        shutil.copy(truths[name], sequence / "gt" / "gt.txt")
        (sequence / "seqinfo.ini").write_text(f"[Sequence]\nseqLength={lengths[name]}\n")
        _copy(tracks[name], root / "trackers" / f"{benchmark}-train" / "hand" / "data", name)
    seqmap = root / "gt" / "seqmaps" / f"{benchmark}-train.txt"
    seqmap.parent.mkdir()
    seqmap.write_text("\n".join(["name", *truths]) + "\n")
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            **QUIET,
            "GT_FOLDER": str(root / "gt"),
            "TRACKERS_FOLDER": str(root / "trackers"),
            "BENCHMARK": benchmark,
            "DO_PREPROC": preprocess,
        }
    )
    return run(dataset, "pedestrian")


def kitti(
    root: Path,
    truths: Mapping[str, Path],
    tracks: Mapping[str, Path],
    lengths: Mapping[str, int],
    class_name: str = "car",
) -> dict[str, Scores]:
    """Lays sequences out as KITTI's development kit has them, and evaluates."""
    for name in truths:
        _copy(truths[name], root / "gt" / "label_02", name)
        _copy(tracks[name], root / "trackers" / "hand" / "data", name)
    (root / "gt" / "evaluate_tracking.seqmap.training").write_text(
        "".join(f"{name} empty 000000 {lengths[name]:06d}\n" for name in truths)
    )
    dataset = trackeval.datasets.Kitti2DBox(
        {
            **QUIET,
            "GT_FOLDER": str(root / "gt"),
            "TRACKERS_FOLDER": str(root / "trackers"),
            "CLASSES_TO_EVAL": [class_name],
        }
    )
    return run(dataset, class_name)


def kitti_results(mot_text: Path, written: Path, kind: str = "Car") -> Path:
    """Tracks in MOT text as KITTI results: frames from 0, right and bottom for width and height."""
    lines = []
    for line in mot_text.read_text().splitlines():
        cells = line.split(",")
        left, top, width, height = map(float, cells[2:6])
        corners = f"{left!r} {top!r} {left + width!r} {top + height!r}"
        unknown = "-1 -1 -1 -1000 -1000 -1000 -10"
        lines.append(
            f"{int(cells[0]) - 1} {cells[1]} {kind} -1 -1 -10 {corners} {unknown} {cells[6]}"
        )
    written.write_text("\n".join(lines) + "\n")
    return written


def _copy(source: Path, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, folder / f"{name}.txt")
