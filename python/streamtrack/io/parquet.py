"""Parquet: any number of streams in one file, with classes, times and skipped frames.

A row is a box: stream, frame (from 1), id (null for a detection), left, top, width, height, score,
class. A frame without boxes of which something is known has a row without a box. `timestamp`
(seconds), `detected` (false where the detector skipped the frame) and the columns of other formats
stand behind, where there are any. The streams' length, frame rate and size are in the file's
metadata, as JSON under the key `streamtrack`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.sequence_info import LAST_FRAME, SequenceInfo
from streamtrack.io.source import InputError
from streamtrack.io.whole_file import whole_file

SIDES = ("left", "top", "width", "height")
_KNOWN = ("stream", "frame", "id", *SIDES, "score", "class", "timestamp", "detected")
_METADATA = b"streamtrack"

Columns = dict[str, NDArray[Any]]


def require_pyarrow() -> tuple[Any, Any]:
    """Returns pyarrow and pyarrow.parquet.

    Raises:
        InputError: It is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            f"Parquet needs pyarrow, got: {error}; pip install 'streamtrack[parquet]'"
        ) from None
    return pyarrow, pyarrow.parquet


def write_parquet(path: str | os.PathLike[str], tables: Sequence[BoxTable]) -> None:
    """Writes streams so that `read_parquet` gives them back as they were.

    Args:
        path: The file; it gets its name when it is whole.
        tables: One for each stream.
    """
    pa, parquet = require_pyarrow()
    names = [table.name for table in tables]
    if len(set(names)) != len(names):
        raise InputError(f"streams must differ in name, got {', '.join(names)}; rename one")
    extra = list(dict.fromkeys(name for table in tables for name in table.extra))
    clash = [name for name in extra if name in _KNOWN]
    if clash:
        raise InputError(f"extra columns must not be named {clash[0]}; rename the column")
    arrow = pa.concat_tables(
        [_arrow(pa, table, tables, extra) for table in tables] or [_arrow(pa, _NOTHING, [], [])]
    )
    streams = {table.name: _described(table.info) for table in tables}
    arrow = arrow.replace_schema_metadata({_METADATA: json.dumps({"streams": streams}).encode()})
    with whole_file(Path(path)) as part:
        parquet.write_table(arrow, part, compression="zstd")


_NOTHING = BoxTable(
    "",
    np.zeros(0, np.int64),
    np.zeros(0, np.uint64),
    np.zeros((0, 4), np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, np.int32),
)


def _described(info: SequenceInfo) -> dict[str, Any]:
    return {"frame_rate": info.frame_rate, "frame_count": info.frame_count, "size": info.size}


def _arrow(pa: Any, table: BoxTable, tables: Sequence[BoxTable], extra: Sequence[str]) -> Any:
    """One stream's rows, in the columns that all streams together need."""
    boxless = _frames_to_remember(table)
    count, rows = len(table), len(table) + len(boxless)
    frames = np.concatenate([table.frames, boxless])
    absent = np.arange(rows) >= count

    def column(values: NDArray[Any], missing: NDArray[np.bool_], kind: Any) -> Any:
        padded = np.concatenate([values, np.zeros(rows - len(values), values.dtype)])
        return pa.array(padded, kind, mask=missing)

    def widest(arrays: Sequence[NDArray[Any]]) -> Any:
        return pa.from_numpy_dtype(np.result_type(np.float32, *arrays))

    of_boxes = widest([other.boxes for other in tables])
    columns = {
        "stream": pa.array([table.name] * rows, pa.string()).dictionary_encode(),
        "frame": pa.array(frames, pa.int64()),
        "id": column(
            table.ids, absent | np.append(table.ids == NO_ID, absent[count:]), pa.uint64()
        ),
        **{side: column(table.boxes[:, i], absent, of_boxes) for i, side in enumerate(SIDES)},
        "score": column(table.scores, absent, widest([other.scores for other in tables])),
        "class": column(table.classes, absent, pa.int32()),
    }
    if any(other.timestamps is not None for other in tables):
        times = np.full(rows, np.nan) if table.timestamps is None else table.timestamps[frames - 1]
        columns["timestamp"] = pa.array(times, pa.float64(), mask=np.isnan(times))
    if any(other.detected is not None for other in tables):
        saw = np.full(rows, True) if table.detected is None else table.detected[frames - 1]
        columns["detected"] = pa.array(saw, pa.bool_(), mask=np.full(rows, table.detected is None))
    for name in extra:
        values = table.extra.get(name)
        missing = absent if values is not None else np.full(rows, True)
        given = np.zeros(count) if values is None else np.asarray(values, np.float64)
        columns[name] = column(given, missing, pa.float64())
    return pa.table(columns)


def _frames_to_remember(table: BoxTable) -> NDArray[np.int64]:
    """Frames without boxes of which the time is known, or whether the detector ran."""
    known = np.zeros(table.frame_count, bool)
    if table.timestamps is not None:
        known |= ~np.isnan(table.timestamps)
    if table.detected is not None:
        known |= True
    if known.any():
        known[table.frames - 1] = False
    return np.flatnonzero(known) + 1


def read_parquet(path: str | os.PathLike[str], name: str | None = None) -> list[BoxTable]:
    """Reads every stream of a Parquet file, in the order in which they first stand in it.

    Args:
        path: The file. It must have the columns frame, left, top, width and height; the others of
            this module may be missing, and more columns of numbers become `extra`.
        name: The stream's name where the file has no column `stream`; None: the file's name.

    Raises:
        InputError: With file, column or row, rule and fix.
    """
    _, parquet = require_pyarrow()
    file = Path(path)
    with parquet_errors(file):
        arrow = parquet.read_table(file)
    columns, has_box = _checked_columns(str(file), arrow)
    described = described_streams(arrow.schema)
    rows_of = _rows_by_stream(columns, name or file.stem, list(described))
    return [
        _table(
            stream,
            {key: values[rows] for key, values in columns.items()},
            has_box[rows],
            described.get(stream, {}),
        )
        for stream, rows in rows_of.items()
    ]


def table_of_rows(file: Path, arrow: Any, stream: str) -> BoxTable:
    """Returns the table of one stream's rows: what `read_parquet` gives of it.

    Args:
        file: Where the rows come from, for messages.
        arrow: A pyarrow.Table of this stream's rows alone, in the order of the file.
        stream: Its name.

    Raises:
        InputError: As for `read_parquet`; rows are counted within the stream.
    """
    columns, has_box = _checked_columns(f"{file}, stream {stream}", arrow)
    return _table(stream, columns, has_box, described_streams(arrow.schema).get(stream, {}))


@contextmanager
def parquet_errors(file: Path) -> Iterator[None]:
    """Turns what pyarrow says of a file that it cannot read into an `InputError`."""
    pa, _ = require_pyarrow()
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file}: it must be a Parquet file, got: {reason}; check it") from None


def described_streams(schema: Any) -> dict[str, dict[str, Any]]:
    """Returns what a file's metadata says of its streams, by name, in the order written."""
    described = json.loads((schema.metadata or {}).get(_METADATA, b'{"streams": {}}'))
    streams: dict[str, dict[str, Any]] = described["streams"]
    return streams


def require_columns(file: str, names: Sequence[str]) -> None:
    """Raises InputError if a column that every file must have is missing."""
    missing = [column for column in ("frame", *SIDES) if column not in names]
    if missing:
        raise InputError(
            f"{file}: it must have the columns frame, {', '.join(SIDES)}, got no {missing[0]}; "
            "rename the columns"
        )


def _checked_columns(file: str, arrow: Any) -> tuple[Columns, NDArray[np.bool_]]:
    """The columns as NumPy has them, and which rows have a box."""
    require_columns(file, arrow.column_names)
    columns = {column: _values(file, arrow, column) for column in arrow.column_names}
    has_box = ~np.asarray(arrow.column("left").is_null().to_numpy(), bool)
    _check(file, columns, has_box)
    return columns, has_box


def _rows_by_stream(columns: Columns, name: str, described: list[str]) -> dict[str, NDArray[Any]]:
    if "stream" not in columns:
        return {name: np.arange(len(columns["frame"]))}
    streams, of_row = np.unique(columns["stream"].astype(str), return_inverse=True)
    order = np.argsort(of_row.reshape(-1), kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(of_row.reshape(-1), minlength=len(streams))))
    found = dict(zip(streams.tolist(), parts, strict=False))
    empty = np.zeros(0, np.intp)
    names = dict.fromkeys([*described, *sorted(found, key=lambda stream: int(found[stream][0]))])
    return {stream: found.get(stream, empty) for stream in names}


def _values(file: str, arrow: Any, column: str) -> NDArray[Any]:
    """A column as NumPy has it: nulls are NaN, `NO_ID` in ids, true in `detected`."""
    values = arrow.column(column)
    try:
        if column == "stream":
            return np.asarray(values.to_pylist(), object)
        if column == "id":
            return _ids(values)
        if column == "detected":
            return np.asarray(values.cast("bool").fill_null(True).to_numpy(), bool)
        if str(values.type) == "float":
            return np.asarray(values.to_numpy(), np.float32)
        return np.asarray(values.cast("double").to_numpy(), np.float64)
    except (ValueError, TypeError) as error:  # pyarrow's own errors are among these
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{file}: the column {column} must hold {'ids' if column == 'id' else 'numbers'}, "
            f"got: {reason}; convert or remove it"
        ) from None


def _ids(values: Any) -> NDArray[np.uint64]:
    if str(values.type).startswith("uint"):
        return np.asarray(values.cast("uint64").fill_null(int(NO_ID)).to_numpy())
    signed = np.asarray(values.cast("int64").fill_null(-1).to_numpy())
    if (signed < -1).any():
        raise ValueError(f"an id of {signed.min()}")
    return signed.astype(np.uint64)  # -1 becomes NO_ID


def _check(file: str, columns: Columns, has_box: NDArray[np.bool_]) -> None:
    frames = columns["frame"]
    kept = (frames >= 1) & (frames <= LAST_FRAME) & (frames == np.floor(frames))
    _require(file, columns, "frame", kept, f"a whole number from 1 to {LAST_FRAME}")
    for name in (*SIDES, "score"):
        if name in columns:
            _require(file, columns, name, np.isfinite(columns[name]) | ~has_box, "finite")
    if "class" in columns:
        classes = np.nan_to_num(columns["class"])
        whole = (classes == np.floor(classes)) & (classes >= -(2**31)) & (classes < 2**31)
        _require(file, columns, "class", whole, "a whole number of 32 bits")


def _require(file: str, columns: Columns, name: str, kept: NDArray[np.bool_], rule: str) -> None:
    if not kept.all():
        row = int(np.argmin(kept))
        raise InputError(
            f"{file}, row {row + 1}: {name} must be {rule}, got {columns[name][row]}; "
            "correct or remove the row"
        )


def _table(
    stream: str, columns: Columns, has_box: NDArray[np.bool_], said: dict[str, Any]
) -> BoxTable:
    size = said.get("size")
    info = SequenceInfo(said.get("frame_rate"), said.get("frame_count"), size and tuple(size))
    all_frames = columns.pop("frame").astype(np.int64)
    times = columns.pop("timestamp", np.zeros(0))
    saw = columns.pop("detected", np.zeros(0, bool))
    boxes = {name: values[has_box] for name, values in columns.items()}
    count = int(has_box.sum())
    last = int(all_frames.max()) if len(all_frames) else 0
    length = last if info.frame_count is None else max(last, info.frame_count)
    return BoxTable(
        stream,
        all_frames[has_box],
        boxes.get("id", np.full(count, NO_ID)),
        np.stack([boxes[side] for side in SIDES], axis=1),
        boxes.get("score", np.ones(count, np.float32)),
        np.nan_to_num(boxes.get("class", np.zeros(count))).astype(np.int32),
        {
            name: values
            for name, values in boxes.items()
            if name not in _KNOWN and not np.isnan(values).all()
        },
        info,
        _by_frame(all_frames, times, length, np.nan) if not np.isnan(times).all() else None,
        _by_frame(all_frames, saw, length, True) if not saw.all() else None,
    )


def _by_frame(
    frames: NDArray[np.int64], values: NDArray[Any], length: int, unknown: Any
) -> NDArray[Any]:
    found = np.full(length, unknown)
    found[frames - 1] = values
    return found
