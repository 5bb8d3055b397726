"""One stream of a Parquet file at a time, read from the row groups that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from streamtrack.io.box_table import BoxTable
from streamtrack.io.parquet import (
    described_streams,
    parquet_errors,
    require_columns,
    require_pyarrow,
    table_of_rows,
)


@dataclass(frozen=True)
class ParquetStream:
    """Where a stream stands in a Parquet file.

    Attributes:
        name: The stream's name.
        row_groups: Numbers of the row groups that hold rows of it, ascending.
    """

    name: str
    row_groups: tuple[int, ...]


def streams_in_parquet(file: Path, name: str) -> list[ParquetStream]:
    """Finds a file's streams, in the order in which `read_parquet` gives them.

    Only the column `stream` is read, one row group at a time.

    Args:
        file: The file.
        name: The stream's name where the file has no column `stream`.

    Raises:
        InputError: It is no Parquet file of boxes.
    """
    _, parquet = require_pyarrow()
    with parquet_errors(file), parquet.ParquetFile(file) as opened:
        schema = opened.schema_arrow
        require_columns(str(file), schema.names)
        if "stream" not in schema.names:
            return [ParquetStream(name, tuple(range(opened.num_row_groups)))]
        found: dict[str, list[int]] = {stream: [] for stream in described_streams(schema)}
        for group in range(opened.num_row_groups):
            names = _plain(opened.read_row_group(group, ["stream"]).column("stream"))
            for stream in dict.fromkeys(map(str, names.unique().to_pylist())):
                found.setdefault(stream, []).append(group)
    return [ParquetStream(stream, tuple(groups)) for stream, groups in found.items()]


def read_parquet_stream(file: Path, stream: ParquetStream) -> BoxTable:
    """Reads one stream: the table that `read_parquet` gives of it, without the others' rows.

    Raises:
        InputError: As for `read_parquet`.
    """
    pa, parquet = require_pyarrow()
    with parquet_errors(file), parquet.ParquetFile(file) as opened:
        pieces = [_rows_of(opened.read_row_group(g), stream.name) for g in stream.row_groups]
        schema = opened.schema_arrow
        rows = pa.concat_tables(pieces) if pieces else schema.empty_table()
    return table_of_rows(file, rows, stream.name)


def _rows_of(group: Any, stream: str) -> Any:
    """The rows of a row group whose stream has this name."""
    if "stream" not in group.column_names:
        return group
    from pyarrow import array, compute

    names = _plain(group.column("stream"))
    same = [value for value in names.unique().to_pylist() if str(value) == stream]
    return group.filter(compute.is_in(names, value_set=array(same, names.type)))


def _plain(column: Any) -> Any:
    """The column with its values themselves, where it is one of numbers into a dictionary."""
    kind = column.type
    return column.cast(kind.value_type) if hasattr(kind, "value_type") else column


def row_of_box(file: Path, stream: str, place: int) -> int:
    """Returns the row, from 1, of a stream's box in a file.

    Args:
        file: The file, which has been read.
        stream: The stream's name; of no meaning where the file has no column `stream`.
        place: Which of the stream's boxes, from 0, in the order of the file.
    """
    _, parquet = require_pyarrow()
    with parquet.ParquetFile(file) as opened:
        named = [name for name in ("stream", "left") if name in opened.schema_arrow.names]
        columns = opened.read(named)
    mine = columns.column("left").is_valid().to_numpy()
    if "stream" in named:
        names = _plain(columns.column("stream")).to_pylist()
        mine &= np.array([str(name) == stream for name in names], bool)
    return int(np.flatnonzero(mine)[place]) + 1
