"""A reader that refuses a file says which row breaks which rule; it never guesses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from streamtrack.io import (
    NO_ID,
    InputError,
    MotDetections,
    read_kitti,
    read_mot,
    read_parquet,
    read_table,
)

LABEL = "0 7 Car 0 0 -10 1 2 11 22 1 1 1 1 1 1 1"


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("1,1,0,0,10,10\n", 3, r"a row must have 7 to 10 columns separated by commas .* got 6"),
        ("1,1,0,0,10,10,1,2,3,4,5\n", 3, "a row must have 7 to 10 columns .* got 11"),
        ("1,1,0,0,10,10,1\n\n0,1,0,0,10,10,1\n", 5, "frame must be a whole number from 1"),
        ("1.5,1,0,0,10,10,1\n", 3, "frame must be a whole number"),
        ("1,one,0,0,10,10,1\n", 3, "id must be a number, got 'one'"),
        ("1,-2,0,0,10,10,1\n", 3, "id must be a whole number from -1"),
        ("1,18446744073709551615,0,0,10,10,1\n", 3, "id must be a whole number from -1"),
        ("1,1,0,nan,10,10,1\n", 3, "top must be finite, got nan"),
        ("1,1,0,0,10,inf,1\n", 3, "height must be finite, got inf"),
        ("1,1,0,0,,10,1\n", 3, "width must be a number, got ''"),
        ("1,1,0,0,1,0x1p3,1\n", 3, "height must be a number, got '0x1p3'"),
    ],
)
def test_mot_text(tmp_path: Path, text: str, row: int, message: str) -> None:
    path = tmp_path / "gate.txt"
    path.write_text("1,1,0,0,10,10,1\n" * 2 + text)
    with pytest.raises(InputError, match=rf"gate\.txt, row {row}: {message}"):
        read_mot(path, "gate")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (LABEL.replace("Car", "Lorry"), "type must be one of Car, .* got 'Lorry'"),
        (LABEL + " 1 1", "a row must have 17 to 18 columns separated by blanks"),
        (LABEL.replace("0 7", "-1 7"), "frame must be a whole number from 0"),
        (LABEL.replace("22", "x"), "bottom must be a number, got 'x'"),
    ],
)
def test_kitti_text(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "0001.txt"
    path.write_text(f"{LABEL}\n\n{row}\n")
    with pytest.raises(InputError, match=rf"0001\.txt, row 3: {message}"):
        read_kitti(path, "0001")


def test_unusual_rows_that_mean_something(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    path.write_text("\ufeff1.0, 2e0, 1,2,3,4, 0.5\r\n\r\n3,-1,1,2,3,4,0.5,7,8,9,\r\n")
    table = read_mot(path, "gate")
    assert table.frames.tolist() == [1, 3]
    assert table.ids.tolist() == [2, int(NO_ID)]
    assert table.extra["column_8"].tolist() == [-1, 7]
    path.write_text(LABEL.replace("Car", "person_sitting") + "  \n" + LABEL + " 0.5\n")
    people = read_table(path)
    assert people.classes.tolist() == [4, 0]
    assert people.scores.tolist() == [1, 0.5]
    assert people.boxes.tolist() == [[1, 2, 10, 20]] * 2


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    path.write_text("\n \n")
    assert len(read_table(path)) == 0
    assert read_table(path).frame_count == 0


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    path.write_bytes(b"1,1,\xff\xfe")
    with pytest.raises(InputError, match=r"gate\.txt: it must be text"):
        read_table(path)
    with pytest.raises(InputError, match=r"nowhere\.txt: it must be a readable file"):
        read_table(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("word", [b"\x00", b"\x1e", b"\xff", b"\x80" * 9, "\u2028".encode() * 30])
def test_errors_quote_any_bytes_in_one_line(tmp_path: Path, word: bytes) -> None:
    path = tmp_path / "det.txt"
    path.write_bytes(word + b",1,0,0,10,10,1\n")
    with pytest.raises(InputError, match=r"det\.txt, row 1: column 1 .*'\?+.*mend or") as refused:
        MotDetections(path, "det")
    assert len(str(refused.value).splitlines()) == 1


def written(path: Path, **changed: object) -> Path:
    columns: dict[str, object] = {
        "frame": [1, 2, 3],
        **{side: [1.0, 2.0, 3.0] for side in ("left", "top", "width", "height")},
        **changed,
    }
    kept = {name: column for name, column in columns.items() if column is not None}
    pyarrow.parquet.write_table(pa.table(kept), path)
    return path


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": None}, "it must have the columns frame, .*, got no width"),
        ({"frame": [1, 2, 0]}, "row 3: frame must be a whole number from 1"),
        ({"frame": [1, 2.5, 3]}, "row 2: frame must be a whole number from 1"),
        ({"left": [1.0, float("nan"), 3.0]}, "row 2: left must be finite, got nan"),
        ({"top": [1.0, None, 3.0]}, "row 2: top must be finite, got nan"),
        ({"score": [1.0, 0.5, float("inf")]}, "row 3: score must be finite, got inf"),
        ({"class": [0, 1, 0.5]}, "row 3: class must be a whole number"),
        ({"id": [1, 2, -3]}, "the column id must hold ids, got: an id of -3"),
        ({"id": ["a", "b", "c"]}, "the column id must hold ids"),
        ({"colour": ["a", "b", "c"]}, "the column colour must hold numbers"),
    ],
)
def test_parquet(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    path = written(tmp_path / "gate.parquet", **changed)
    with pytest.raises(InputError, match=rf"gate\.parquet.*{message}"):
        read_parquet(path)


def test_parquet_of_others(tmp_path: Path) -> None:
    path = written(tmp_path / "gate.parquet", id=[5, -1, None], speed=[0.5, None, 1.5])
    (table,) = read_parquet(path)
    assert table.name == "gate"
    assert table.ids.tolist() == [5, int(NO_ID), int(NO_ID)]
    assert table.scores.tolist() == [1, 1, 1]
    np.testing.assert_array_equal(table.extra["speed"], [0.5, np.nan, 1.5])


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "gate.parquet"
    path.write_text("1,1,0,0,10,10,1\n")
    with pytest.raises(InputError, match=r"gate\.parquet: it must be a Parquet file"):
        read_parquet(path)
