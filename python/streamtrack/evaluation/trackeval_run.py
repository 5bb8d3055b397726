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
from streamtrack.io.sequence_info import SequenceInfo
from streamtrack.io.source import InputError

_SEQUENCE = "sequence"  # its name on TrackEval's side
_TRACKER = "streamtrack"

Measured = dict[str, dict[str, Any]]  # TrackEval's results by metric


@dataclass(frozen=True)
class Prepared:
    """A sequence after the benchmark's preprocessing, as TrackEval's metrics take it.

    Attributes:
        data: TrackEval's own structure. Its `tracker_confidences` hold the row of each box in the
            tracks, so that a box can be found again after the ids have been renumbered; the fifth
            column of its `gt_dets` holds the row in the ground truth.
        frames: The frame of each of TrackEval's time steps, ascending: those in which either side
            has rows. What is empty on both sides changes no figure.
    """

    data: dict[str, Any]
    frames: NDArray[np.int64]


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
    _check_rows(truth, tracks)
    frames = np.union1d(truth.table.frames, tracks.frames)
    truth = replace(truth, table=_at_steps(truth.table, frames))
    tracks = _at_steps(tracks, frames)
    length = max(1, len(frames))  # TrackEval takes no sequence without frames
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
            return Prepared(dataset.get_preprocessed_seq_data(raw, wanted), frames)
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


def _at_steps(table: BoxTable, frames: NDArray[np.int64]) -> BoxTable:
    """The rows without times, their frames numbered by the place in `frames`, from 1."""
    steps = np.searchsorted(frames, table.frames) + 1
    return replace(table, frames=steps, info=SequenceInfo(), timestamps=None, detected=None)


def _renumbered(table: BoxTable) -> BoxTable:
    """The rows with ids from 1 in the same order: TrackEval's table is dense."""
    known = table.ids != NO_ID
    ids = np.full(len(table), NO_ID)
    ids[known] = np.unique(table.ids[known], return_inverse=True)[1].reshape(-1) + 1
    return replace(table, ids=ids)


def _check_rows(truth: GroundTruth, tracks: BoxTable) -> None:
    """Raises InputError where rows stand behind the sequence's end, or ids are not as they must."""
    name = truth.table.name
    for what, table in (("ground truth", truth.table), ("tracks", tracks)):
        if truth.table.info.frame_count is not None:
            _check_end(name, what, table, truth.table.info.frame_count)
    if not (tracks.ids != NO_ID).all():
        row = int(np.argmax(tracks.ids == NO_ID)) + 1
        raise InputError(
            f"{name}: every row of tracks must have an id, got -1 in row {row}; "
            "give tracks, not detections"
        )
    _check_ids(name, "tracks", tracks, np.arange(len(tracks)))
    _check_ids(name, "ground truth", truth.table, _objects(truth))


def _check_end(name: str, what: str, table: BoxTable, length: int) -> None:
    late = np.flatnonzero(table.frames > length)
    if len(late):
        raise InputError(
            f"{name}: {what} must end with frame {length}, as seqinfo.ini says, "
            f"got frame {table.frames[late[0]]} in row {late[0] + 1}; "
            "check that both are of the same sequence"
        )


def _check_ids(name: str, what: str, table: BoxTable, rows: NDArray[np.intp]) -> None:
    pairs = np.stack([table.frames[rows].astype(np.uint64), table.ids[rows]], axis=1)
    unique, first = np.unique(pairs, axis=0, return_index=True)
    if len(unique) == len(pairs):
        return
    again = int(np.setdiff1d(np.arange(len(pairs)), first)[0])
    frame, number = pairs[again]
    missing = number == NO_ID
    fix = f"give {what}, not detections" if missing else "correct or remove the row"
    raise InputError(
        f"{name}: an id must stand once in a frame of {what}, got {-1 if missing else number} "
        f"twice in frame {frame} (row {int(rows[again]) + 1}); {fix}"
    )
