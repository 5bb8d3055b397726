"""Writes tracks as a recording for Rerun's viewer (rerun.io): boxes and ids over time."""

from __future__ import annotations

import colorsys
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.evaluation.sequences import PathLike, read_ground_truth
from streamtrack.hues import hues_of
from streamtrack.io.box_table import BoxTable
from streamtrack.io.source import InputError
from streamtrack.io.stream_files import refuse_overwriting
from streamtrack.io.whole_file import whole_file
from streamtrack.report.streams import Tracks, read_run

_TRUTH_COLOUR = 0xB0B0B0FF


def require_rerun() -> Any:
    """Returns the module.

    Raises:
        InputError: It is not installed.
    """
    try:
        return importlib.import_module("rerun")
    except ImportError as error:
        raise InputError(
            f"a recording for Rerun needs its SDK, got: {error}; pip install 'streamtrack[rerun]'"
        ) from None


def write_rerun(
    output: PathLike,
    tracks: Tracks,
    *,
    ground_truth: PathLike | Mapping[str, BoxTable | PathLike] | None = None,
) -> Path:
    """Writes a .rrd file (pip install 'streamtrack[rerun]'): look at it with `rerun FILE.rrd`.

    A stream is the entity NAME, its boxes NAME/tracks, the ground truth's NAME/ground_truth. The
    timeline is `frame`, and `time` too where the frame rate is known.

    Args:
        output: The file.
        tracks: As for `write_report`.
        ground_truth: As for `write_report`.

    Raises:
        InputError: Rerun is not installed, or something cannot be read.
    """
    rerun = require_rerun()
    run = read_run(tracks)
    target = Path(output)
    refuse_overwriting([target], run.files)
    truths = {} if ground_truth is None else read_ground_truth(ground_truth)
    target.parent.mkdir(parents=True, exist_ok=True)
    recording = rerun.RecordingStream("streamtrack", make_default=False)
    with whole_file(target) as part:
        recording.save(part)
        for name, table in run.tables.items():
            tracks_of, truth = f"{rerun.escape_entity_path_part(name)}/tracks", truths.get(name)
            length, rate = table.frame_count, table.info.frame_rate
            if truth is not None:
                length = max(length, truth.table.frame_count)
                rate = rate or truth.table.info.frame_rate
            times = _times(rerun, length, rate)
            columns = _columns(rerun, table, _colours(table.ids), length)
            recording.send_columns(tracks_of, indexes=times, columns=columns)
            if truth is not None:
                grey = np.full(len(truth.table), _TRUTH_COLOUR, np.uint32)
                columns = _columns(rerun, truth.table, grey, length)
                beside = tracks_of.removesuffix("tracks") + "ground_truth"
                recording.send_columns(beside, indexes=times, columns=columns)
        recording.flush()
        recording.disconnect()
    return target


def _times(rerun: Any, length: int, rate: float | None) -> list[Any]:
    frames = np.arange(1, length + 1)
    times = [rerun.TimeColumn("frame", sequence=frames)]
    if rate is not None:
        times.append(rerun.TimeColumn("time", duration=(frames - 1) / rate))
    return times


def _columns(rerun: Any, table: BoxTable, colours: NDArray[np.uint32], length: int) -> Any:
    """Every frame's boxes; a frame without any has none, so that the last ones disappear."""
    order = np.argsort(table.frames, kind="stable")
    order = order[table.frames[order] <= length]
    boxes = table.boxes[order].astype(np.float32)
    columns = rerun.Boxes2D.columns(
        centers=boxes[:, :2] + boxes[:, 2:] / 2,
        half_sizes=boxes[:, 2:] / 2,
        labels=[str(number) for number in table.ids[order].tolist()],
        colors=colours[order],
    )
    return columns.partition(np.bincount(table.frames[order], minlength=length + 1)[1:])


def _colours(ids: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Each id's colour as in the report, 0xRRGGBBAA."""
    known, of_row = np.unique(ids, return_inverse=True)
    colours = [
        sum(round(255 * part) << shift for part, shift in zip(rgb, (24, 16, 8), strict=True)) | 255
        for rgb in (colorsys.hls_to_rgb(hue / 360, 0.55, 0.65) for hue in hues_of(known).tolist())
    ]
    return np.array(colours, np.uint32)[of_row.reshape(-1)]
