"""One sequence through TrackEval: laid out as its data sets are, prepared and measured by it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.evaluation.scores import Scores
from streamtrack.evaluation.sequences import GroundTruth
from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.kitti import KITTI_TYPES, write_kitti
from streamtrack.io.mot_table import write_mot
from streamtrack.io.source import InputError

_SEQUENCE = "sequence"  # its name on TrackEval's side
_TRACKER = "streamtrack"
KITTI_CLASSES = ("car", "pedestrian")

Measured = dict[str, dict[str, Any]]  # TrackEval's results by metric


@dataclass(frozen=True)
class Prepared:
    """A sequence after the benchmark's preprocessing, as TrackEval's metrics take it.

    Attributes:
        data: TrackEval's own structure. Its `tracker_confidences` hold the row of each box in the
            tracks, so that a box can be found again after the ids have been renumbered; the fifth
            column of its `gt_dets` holds the row in the ground truth.
    """

    data: dict[str, Any]


def require_trackeval() -> Any:
    """Returns the module.

    Raises:
        InputError: It is not installed.
    """
    try:
        import trackeval
    except ImportError as error:
        raise InputError(
            f"evaluation needs TrackEval, got: {error}; pip install 'streamtrack[eval]'"
        ) from None
    return trackeval


@cache
def _metrics() -> dict[str, Any]:
    metrics = require_trackeval().metrics
    quiet = {"PRINT_CONFIG": False}
    return {
        "HOTA": metrics.HOTA(),
        "CLEAR": metrics.CLEAR(quiet),
        "Identity": metrics.Identity(quiet),
    }


def measure(prepared: Prepared) -> Measured:
    """Returns every metric's results for one sequence."""
    return {name: metric.eval_sequence(prepared.data) for name, metric in _metrics().items()}


def combine(measured: dict[str, Measured]) -> Measured:
    """Returns the results over several sequences, as TrackEval combines them."""
    return {
        name: metric.combine_sequences({key: value[name] for key, value in measured.items()})
        for name, metric in _metrics().items()
    }


def scores_of(measured: Measured) -> Scores:
    """Returns the figures that we report: HOTA's are means over its 19 thresholds."""
    hota, clear, identity = measured["HOTA"], measured["CLEAR"], measured["Identity"]
    return Scores(
        HOTA=100 * float(np.mean(hota["HOTA"])),
        DetA=100 * float(np.mean(hota["DetA"])),
        AssA=100 * float(np.mean(hota["AssA"])),
        MOTA=100 * float(clear["MOTA"]),
        IDF1=100 * float(identity["IDF1"]),
        IDSW=int(clear["IDSW"]),
        Frag=int(clear["Frag"]),
        FP=int(clear["CLR_FP"]),
        FN=int(clear["CLR_FN"]),
    )


def prepare(truth: GroundTruth, tracks: BoxTable, kitti_class: str = "car") -> Prepared:
    """Lays one sequence out for TrackEval and has it do the benchmark's preprocessing.

    Args:
        truth: The ground truth.
        tracks: The tracks.
        kitti_class: The class that counts under KITTI's rules: car or pedestrian. Tracks from MOT
            text, which has no classes, are all taken to be of this class.

    Raises:
        InputError: The rows do not fit the sequence or the benchmark.
    """
    length = _checked_length(truth, tracks)
    trackeval = require_trackeval()
    by_kitti = truth.benchmark == "KITTI" and truth.text_format == "kitti"
    with tempfile.TemporaryDirectory(prefix="streamtrack-eval-") as folder:
        root = Path(folder)
        try:
            if by_kitti:
                dataset = _kitti(root, truth, tracks, length, kitti_class)
            else:
                dataset = _mot(root, truth, tracks, length)
            raw = dataset.get_raw_seq_data(_TRACKER, _SEQUENCE)
            _remember_rows(raw, truth, tracks)
            wanted = kitti_class if by_kitti else "pedestrian"
            return Prepared(dataset.get_preprocessed_seq_data(raw, wanted))
        except trackeval.utils.TrackEvalException as error:
            raise InputError(
                f"{truth.table.name}: the rows must fit the rules of {truth.benchmark}, "
                f"got: {error}; correct them or choose another benchmark"
            ) from None


def _mot(root: Path, truth: GroundTruth, tracks: BoxTable, length: int) -> Any:
    ground_truth = root / "gt" / _SEQUENCE / "gt" / "gt.txt"
    written = root / "trackers" / _TRACKER / "data" / f"{_SEQUENCE}.txt"
    for path in (ground_truth, written):
        path.parent.mkdir(parents=True)
    write_mot(ground_truth, _renumbered(_as_mot_truth(truth)))
    # TrackEval takes MOT tracks of class -1 or 1 only.
    write_mot(written, replace(_renumbered(tracks), classes=_zeros(tracks), extra={}))
    return require_trackeval().datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": str(root / "gt"),
            "TRACKERS_FOLDER": str(root / "trackers"),
            "TRACKERS_TO_EVAL": [_TRACKER],
            "BENCHMARK": "MOT17" if truth.benchmark in ("KITTI", "none") else truth.benchmark,
            "DO_PREPROC": truth.benchmark != "none",
            "SEQ_INFO": {_SEQUENCE: length},
            "SKIP_SPLIT_FOL": True,
            "PRINT_CONFIG": False,
        }
    )


def _kitti(
    root: Path,
    truth: GroundTruth,
    tracks: BoxTable,
    length: int,
    kitti_class: str,
) -> Any:
    ground_truth = root / "gt" / "label_02" / f"{_SEQUENCE}.txt"
    written = root / "trackers" / _TRACKER / "data" / f"{_SEQUENCE}.txt"
    for path in (ground_truth, written):
        path.parent.mkdir(parents=True)
    seqmap = root / "gt" / "evaluate_tracking.seqmap.training"
    seqmap.write_text(f"{_SEQUENCE} empty 000000 {length:06d}\n", encoding="utf-8")
    write_kitti(ground_truth, _renumbered(truth.table))
    if "truncated" not in tracks.extra:  # no KITTI file
        place = [kind.lower() for kind in KITTI_TYPES].index(kitti_class)
        tracks = replace(tracks, classes=_zeros(tracks) + np.int32(place), extra={})
    write_kitti(written, _renumbered(tracks))
    return require_trackeval().datasets.Kitti2DBox(
        {
            "GT_FOLDER": str(root / "gt"),
            "TRACKERS_FOLDER": str(root / "trackers"),
            "TRACKERS_TO_EVAL": [_TRACKER],
            "CLASSES_TO_EVAL": [kitti_class],
            "PRINT_CONFIG": False,
        }
    )


def _as_mot_truth(truth: GroundTruth) -> BoxTable:
    """Ground truth with MOT's columns."""
    if truth.text_format == "mot":
        return replace(truth.table, classes=_zeros(truth.table))
    table = truth.table.take(_objects(truth))
    return replace(table, scores=np.ones(len(table)), classes=_zeros(table), extra={})


def _objects(truth: GroundTruth) -> NDArray[np.intp]:
    """The rows of the ground truth that are objects, not KITTI's DontCare regions."""
    if truth.text_format == "mot":
        return np.arange(len(truth.table))
    return np.flatnonzero(truth.table.ids != NO_ID)


def _remember_rows(raw: dict[str, Any], truth: GroundTruth, tracks: BoxTable) -> None:
    """Puts each box's row where the preprocessing carries it along; no metric reads it there."""
    objects = _objects(truth)
    times = raw["num_timesteps"]
    of_truth = _rows_by_frame(truth.table.frames[objects], times)
    raw["tracker_confidences"] = _rows_by_frame(tracks.frames, times)
    raw["gt_dets"] = [
        np.column_stack([boxes, objects[rows]])
        for boxes, rows in zip(raw["gt_dets"], of_truth, strict=True)
    ]


def _rows_by_frame(frames: NDArray[np.int64], count: int) -> list[NDArray[np.intp]]:
    order = np.argsort(frames, kind="stable")
    return np.split(order, np.searchsorted(frames[order], np.arange(2, count + 1)))


def _zeros(table: BoxTable) -> NDArray[np.int32]:
    return np.zeros(len(table), np.int32)


def _renumbered(table: BoxTable) -> BoxTable:
    """The rows without times, with ids from 1 in the same order: TrackEval's table is dense."""
    known = table.ids != NO_ID
    ids = np.full(len(table), NO_ID)
    ids[known] = np.unique(table.ids[known], return_inverse=True)[1].reshape(-1) + 1
    return replace(table, ids=ids, timestamps=None, detected=None)


def _checked_length(truth: GroundTruth, tracks: BoxTable) -> int:
    """The sequence's length in frames."""
    known = truth.table.info.frame_count
    length = max(truth.table.frame_count, tracks.frame_count) if known is None else known
    for what, table in (("ground truth", truth.table), ("tracks", tracks)):
        late = np.flatnonzero(table.frames > length)
        if len(late):
            raise InputError(
                f"{truth.table.name}: {what} must end with frame {length}, as seqinfo.ini says, "
                f"got frame {table.frames[late[0]]} in row {late[0] + 1}; "
                "check that both are of the same sequence"
            )
        _check_ids(truth.table.name, what, table, needed=what == "tracks")
    return length


def _check_ids(name: str, what: str, table: BoxTable, *, needed: bool) -> None:
    known = table.ids != NO_ID
    if needed and not known.all():
        raise InputError(
            f"{name}: every row of {what} must have an id, got -1 in row "
            f"{int(np.argmin(known)) + 1}; give tracks, not detections"
        )
    pairs = np.stack([table.frames[known].astype(np.uint64), table.ids[known]], axis=1)
    unique, first = np.unique(pairs, axis=0, return_index=True)
    if len(unique) != len(pairs):
        again = int(np.setdiff1d(np.arange(len(pairs)), first)[0])
        raise InputError(
            f"{name}: an id must stand once in a frame of {what}, got {pairs[again, 1]} twice in "
            f"frame {pairs[again, 0]} (row {int(np.flatnonzero(known)[again]) + 1}); "
            "correct or remove the row"
        )
