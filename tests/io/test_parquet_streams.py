"""One stream of a Parquet file is what the whole file's reader gives of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from streamtrack.io import BoxTable, InputError, read_parquet, write_parquet
from streamtrack.io.parquet_streams import (
    ParquetStream,
    read_parquet_stream,
    streams_in_parquet,
)

from tests.io.tables import assert_same, assert_same_frames, tables


def assert_streams_are_those_of_the_file(path: Path) -> list[ParquetStream]:
    whole = read_parquet(path)
    streams = streams_in_parquet(path, path.stem)
    assert [stream.name for stream in streams] == [table.name for table in whole]
    for stream, table in zip(streams, whole, strict=True):
        alone = read_parquet_stream(path, stream)
        assert_same(alone, table)
        assert alone.extra.keys() == table.extra.keys()
        assert_same_frames(alone, table)
    return streams


@given(st.data())
def test_a_stream_alone_is_that_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = data.draw(
        st.lists(st.sampled_from(["gate", "dock", "7", "None", "Hof Süd"]), unique=True)
    )
    given_tables: list[BoxTable] = [
        data.draw(tables(classes=st.integers(0, 5), extra=("z",), frames_known=True, name=name))
        for name in names
    ]
    path = tmp_path_factory.mktemp("p") / "archive.parquet"
    write_parquet(path, given_tables)
    rows = parquet.read_table(path)
    parquet.write_table(rows, path, row_group_size=data.draw(st.integers(1, 9)))
    assert_streams_are_those_of_the_file(path)


def archive(streams: Any) -> dict[str, Any]:
    count = len(streams)
    sides = {side: [20.0 + n for n in range(count)] for side in ("left", "top", "width", "height")}
    return {"stream": streams, "frame": [*range(1, count + 1)], **sides}


@pytest.mark.parametrize("streams", [[3, 12, 3, None], ["b", "a", None, "b"], [1.5, 2.0, 1.5, 2.0]])
def test_names_of_any_kind_and_mixed_rows(tmp_path: Path, streams: list[Any]) -> None:
    path = tmp_path / "mixed.parquet"
    parquet.write_table(pa.table(archive(streams)), path, row_group_size=2)
    found = assert_streams_are_those_of_the_file(path)
    assert found[0] == ParquetStream(str(streams[0]), (0, 1))
    assert found[1].row_groups == ((0, 1) if streams[3] == streams[1] else (0,))


def test_a_file_without_names_is_one_stream(tmp_path: Path) -> None:
    columns = archive([1, 2, 3])
    del columns["stream"]
    path = tmp_path / "gate.parquet"
    parquet.write_table(pa.table(columns), path, row_group_size=2)
    assert assert_streams_are_those_of_the_file(path) == [ParquetStream("gate", (0, 1))]


def test_a_broken_row_is_that_of_its_stream(tmp_path: Path) -> None:
    columns = archive(["a", "b", "a", "b"])
    columns["frame"][3] = 0
    path = tmp_path / "archive.parquet"
    parquet.write_table(pa.table(columns), path)
    [a, b] = streams_in_parquet(path, "archive")
    assert read_parquet_stream(path, a).frames.tolist() == [1, 3]
    with pytest.raises(InputError, match="archive.parquet, stream b, row 2: frame must be a whole"):
        read_parquet_stream(path, b)


@pytest.mark.parametrize("content", [b"", b"no Parquet"])
def test_what_is_no_parquet_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match="it must be a Parquet file"):
        streams_in_parquet(path, "x")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"stream": ["a"], "frame": [1]}), path)
    with pytest.raises(InputError, match="got no left"):
        streams_in_parquet(path, "x")
