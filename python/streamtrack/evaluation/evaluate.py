"""Evaluates sequences and combines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from streamtrack.evaluation.scores import Evaluation
from streamtrack.evaluation.sequences import (
    BENCHMARKS,
    KITTI_CLASSES,
    Benchmark,
    GroundTruth,
    PathLike,
    TextFormat,
    listed,
    read_ground_truth,
    read_tracks,
)
from streamtrack.evaluation.trackeval_run import (
    combine,
    measure,
    prepare,
    require_trackeval,
    scores_of,
)
from streamtrack.io.box_table import BoxTable
from streamtrack.io.source import InputError


def evaluate(
    ground_truth: PathLike | Mapping[str, BoxTable | PathLike],
    tracks: PathLike | Mapping[str, BoxTable | PathLike],
    *,
    benchmark: Benchmark | None = None,
    text_format: TextFormat | None = None,
    kitti_class: str = "car",
    progress: Callable[[str], None] | None = None,
) -> Evaluation:
    """Measures tracks against ground truth with TrackEval (pip install 'streamtrack[eval]').

    Every sequence that has both is measured; those that have only one are named in the result's
    notes. Boxes match from an IoU of 0.5 for MOTA and IDF1, over 19 thresholds for HOTA.

    Args:
        ground_truth: A folder that holds, for each sequence, a folder with gt/gt.txt, gt.txt (MOT
            text) or label_02.txt (KITTI) and perhaps seqinfo.ini, or NAME.txt; one such folder or
            file alone; or a mapping from names to files or tables.
        tracks: A folder that holds NAME.txt (MOT text or KITTI results) or NAME.parquet; one file;
            or a mapping from names to files or tables.
        benchmark: Whose preprocessing decides what counts: "MOT15", "MOT17", "MOT20", "KITTI" or
            "none"; None: guessed from each sequence's name, else KITTI for KITTI labels and none
            for the rest. KITTI ground truth in MOT text has the rules of MOT17.
        text_format: "mot" or "kitti": which ground truth to read where a folder holds both; None:
            KITTI's for KITTI sequences.
        kitti_class: What counts under KITTI's rules: "car" or "pedestrian".
        progress: Called with each sequence's name before it is measured.

    Raises:
        InputError: Files are missing or broken, or TrackEval is; with file, row, rule and fix.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> folder = Path(mkdtemp())
        >>> _ = (folder / "gate.txt").write_text("1,1,10,10,20,40,1,1,1")
        >>> evaluate(folder, folder).combined.HOTA  # tracks that are the ground truth itself
        100.0
    """
    _check(benchmark, kitti_class)
    require_trackeval()
    truths = read_ground_truth(ground_truth, benchmark, text_format)
    tables = read_tracks(tracks, truths)
    common = [name for name in truths if name in tables]
    if not common:
        raise _no_tracks(_named(tracks), list(truths))
    measured = {}
    for name in common:
        if progress is not None:
            progress(name)
        measured[name] = measure(prepare(truths[name], tables[name], kitti_class))
    return Evaluation(
        {name: scores_of(measured[name]) for name in common},
        scores_of(combine(measured)),
        {name: _rules_of(truths[name]) for name in common},
        _notes(truths, tables),
    )


def _check(benchmark: Benchmark | None, kitti_class: str) -> None:
    if benchmark is not None and benchmark not in BENCHMARKS:
        raise InputError(
            f"benchmark must be one of {', '.join(BENCHMARKS)}, got {benchmark!r}; leave it out "
            "to have it guessed"
        )
    if kitti_class not in KITTI_CLASSES:
        raise InputError(
            f"kitti_class must be {' or '.join(KITTI_CLASSES)}, got {kitti_class!r}; choose one"
        )


def _no_tracks(where: str, names: list[str]) -> InputError:
    return InputError(
        f"{where}: there must be tracks of {listed(names)}, got no {names[0]}.txt or "
        f"{names[0]}.parquet; name the files as the sequences are named"
    )


def _rules_of(truth: GroundTruth) -> str:
    mixed = truth.benchmark == "KITTI" and truth.text_format == "mot"
    return "MOT17" if mixed else truth.benchmark


def _notes(truths: Mapping[str, GroundTruth], tables: Mapping[str, BoxTable]) -> tuple[str, ...]:
    notes = []
    untracked = [name for name in truths if name not in tables]
    if untracked:
        notes.append(f"no tracks for {listed(untracked)}: not measured")
    unknown = [name for name in tables if name not in truths]
    if unknown:
        notes.append(f"no ground truth for {listed(unknown)}: not measured")
    mixed = [name for name in truths if _rules_of(truths[name]) != truths[name].benchmark]
    if mixed:
        notes.append(
            f"{listed(mixed)}: KITTI's rules need KITTI labels; MOT text has the rules of MOT17"
        )
    return tuple(notes)


def _named(source: PathLike | Mapping[str, object]) -> str:
    return "tracks" if isinstance(source, Mapping) else str(source)
