"""Writes the report."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from streamtrack.config import Config
from streamtrack.evaluation.scores import Scores
from streamtrack.evaluation.sequences import (
    Benchmark,
    GroundTruth,
    PathLike,
    TextFormat,
    listed,
    read_ground_truth,
)
from streamtrack.io.box_table import BoxTable, box_table
from streamtrack.io.source import InputError
from streamtrack.io.stream_files import refuse_overwriting
from streamtrack.io.whole_file import write_whole
from streamtrack.report.comparison import compare as compare_lives
from streamtrack.report.lives import lives_of
from streamtrack.report.page import page
from streamtrack.report.streams import Run, Stream, Tracks, read_run

_PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


def write_report(
    output: PathLike,
    tracks: Tracks,
    *,
    ground_truth: PathLike | Mapping[str, BoxTable | PathLike] | None = None,
    compare: Tracks | None = None,
    config: Config | None = None,
    compare_config: Config | None = None,
    pictures: PathLike | None = None,
    title: str | None = None,
    benchmark: Benchmark | None = None,
    text_format: TextFormat | None = None,
    kitti_class: str = "car",
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Writes one HTML page that needs no network.

    Args:
        output: The file.
        tracks: A folder with NAME.txt or NAME.parquet for each stream, files, or tables by name.
        ground_truth: As for `streamtrack.evaluate`, which it needs; switches, fragments and misses
            are marked and figures shown for every stream that has it.
        compare: A second run, shown side by side with the first.
        config: The parameters of the first run, to be shown: files of tracks do not hold them.
        compare_config: The parameters of the second run.
        pictures: A folder with NAME.jpg or NAME.png, a picture of each scene.
        title: The page's title; None: the run's name.
        benchmark: As for `streamtrack.evaluate`.
        text_format: As for `streamtrack.evaluate`.
        kitti_class: As for `streamtrack.evaluate`.
        progress: Called with what comes next: "drawing gate", "measuring gate".

    Returns:
        The file written.

    Raises:
        InputError: Something cannot be read, with file, row, rule and fix; or the report would
            replace tracks that it shows.
    """
    runs = [read_run(tracks, config, "tracks")]
    if compare is not None:
        runs = _told_apart(runs[0], read_run(compare, compare_config, "other"))
    target = Path(output)
    refuse_overwriting([target], [file for run in runs for file in run.files])
    truths = {} if ground_truth is None else read_ground_truth(ground_truth, benchmark, text_format)
    names = list(dict.fromkeys(name for run in runs for name in run.tables))
    streams = []
    for name in names:
        if progress is not None:
            progress(f"drawing {name}")
        streams.append(_stream(name, runs, truths.get(name), pictures))
    combined: list[Scores] = []
    if any(name in truths for name in names):
        from streamtrack.report.quality import judge

        combined = judge(streams, truths, len(runs), kitti_class, progress)
    notes = _notes(runs, names, truths, asked=ground_truth is not None)
    text = page(title or " and ".join(run.name for run in runs), runs, streams, combined, notes)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text)
    return target


def _told_apart(one: Run, other: Run) -> list[Run]:
    if one.name != other.name:
        return [one, other]
    return [replace(run, name=f"{run.name} {n}") for n, run in enumerate((one, other), 1)]


def _stream(
    name: str, runs: Sequence[Run], truth: GroundTruth | None, pictures: PathLike | None
) -> Stream:
    nothing = box_table(name, [], [], ids=[])
    tables = [run.tables.get(name, nothing) for run in runs]
    known = [table.info for table in tables if table.info.frame_count is not None]
    info = truth.table.info if truth is not None else (known[0] if known else tables[0].info)
    stream = Stream(name, info, [lives_of(table) for table in tables])
    if len(runs) == 2:
        stream.comparison = compare_lives(stream.runs[0], stream.runs[1])
    if pictures is not None:
        stream.picture = _picture(Path(pictures), name)
    return stream


def _picture(folder: Path, name: str) -> str | None:
    """The picture of a scene as a data URI."""
    if not folder.is_dir():
        raise InputError(f"{folder}: pictures must be a folder, got none; check the path")
    for ending, kind in _PICTURES.items():
        file = folder / f"{name}{ending}"
        if file.is_file():
            return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
    return None


def _notes(
    runs: Sequence[Run], names: Sequence[str], truths: Mapping[str, GroundTruth], *, asked: bool
) -> list[str]:
    notes = []
    for run in runs:
        absent = [name for name in names if name not in run.tables]
        if absent:
            notes.append(f"{run.name} has no tracks of {listed(absent)}.")
    without = [name for name in names if name not in truths]
    if asked and without:
        notes.append(f"There is no ground truth for {listed(without)}.")
    return notes
