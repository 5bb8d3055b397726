"""Conversions lose nothing: every format gives back the very rows that it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamtrack.io import (
    KITTI_TYPES,
    NO_ID,
    BoxTable,
    InputError,
    box_table,
    read_kitti,
    read_mot,
    read_parquet,
    read_table,
    read_tables,
    write_kitti,
    write_mot,
    write_parquet,
)

from tests.io.tables import NAMES, assert_same, assert_same_frames, tables
from tests.reference.sequences import ABSENT, data_folder

MOT_EXTRA = ("column_8", "column_9", "column_10")
KITTI_EXTRA = ("truncated", "occluded", "alpha", "height_3d", "x_3d", "rotation_y")
KITTI_CLASSES = st.integers(0, len(KITTI_TYPES) - 1)


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as made:
        yield Path(made)


@given(tables(extra=MOT_EXTRA))
def test_mot_text(table: BoxTable) -> None:
    with folder() as made:
        write_mot(made / "gate.txt", table)
        assert_same(read_mot(made / "gate.txt", "gate"), _without_unset(table))


def _without_unset(table: BoxTable) -> BoxTable:
    """A column in which nothing is set is no column of MOT text."""
    for name in MOT_EXTRA:
        if (table.extra[name] == -1).all():
            table = BoxTable(
                table.name, table.frames, table.ids, table.boxes, table.scores, table.classes,
                {key: column for key, column in table.extra.items() if key != name},
            )  # fmt: skip
    return table


@given(tables(classes=KITTI_CLASSES, extra=KITTI_EXTRA))
def test_kitti_text(table: BoxTable) -> None:
    with folder() as made:
        write_kitti(made / "gate.txt", table)
        assert_same(read_kitti(made / "gate.txt", "gate"), table)


@given(
    tables(classes=st.integers(-(2**31), 2**31 - 1), extra=KITTI_EXTRA, frames_known=True),
    tables(extra=MOT_EXTRA, frames_known=True, name="dock"),
    NAMES,
)
def test_parquet(first: BoxTable, second: BoxTable, name: str) -> None:
    third = BoxTable(name + "3", first.frames, first.ids, first.boxes, first.scores, first.classes)
    with folder() as made:
        write_parquet(made / "all.parquet", [first, second, third])
        found = read_parquet(made / "all.parquet")
    assert [table.name for table in found] == ["gate", "dock", name + "3"]
    for table, expected in zip(found, [first, second, third], strict=True):
        assert_same(table, expected)
        assert_same_frames(table, expected)


@given(tables())
def test_from_each_format_to_each_other(table: BoxTable) -> None:
    with folder() as made:
        write_mot(made / "gate.txt", table)
        write_kitti(made / "kitti.txt", read_table(made / "gate.txt"))
        write_parquet(made / "gate.parquet", [read_kitti(made / "kitti.txt", "gate")])
        found = read_table(made / "gate.parquet")
        assert_same(found, table)
        write_mot(made / "back.txt", found, drop=found.extra)
        assert (made / "back.txt").read_text() == (made / "gate.txt").read_text()


def test_decimals_of_a_file_stay_as_they_are(tmp_path: Path) -> None:
    text = "1,1,0.1,0.7,0.2,0.1,0.3,-1,-1,-1\n2,18446744073709551614,1e-07,-5.1,5.4,1,1,-1,-1,-1\n"
    (tmp_path / "a.txt").write_text(text)
    write_kitti(tmp_path / "k.txt", read_mot(tmp_path / "a.txt", "a"))
    assert " 0.1 0.7 0.3 0.8 " in (tmp_path / "k.txt").read_text()
    back = read_kitti(tmp_path / "k.txt", "a")
    write_mot(tmp_path / "b.txt", back, drop=back.extra)
    assert (tmp_path / "b.txt").read_text() == text


@pytest.mark.skipif(data_folder() is None, reason=ABSENT)
def test_real_files(tmp_path: Path) -> None:
    root = data_folder()
    assert root is not None
    files = [path for path in sorted(root.glob("*/**/*.txt")) if path.suffix == ".txt"]
    assert len(files) > 20
    for path in files:
        table = read_table(path)
        write_parquet(tmp_path / "all.parquet", [table])
        write = write_kitti if path.name.startswith("label") else write_mot
        (back,) = read_parquet(tmp_path / "all.parquet")
        write(tmp_path / "back.txt", back)
        again = read_table(tmp_path / "back.txt", table.name)
        for found in (back, again):
            np.testing.assert_array_equal(found.boxes, table.boxes)  # float64, all of it
            np.testing.assert_array_equal(found.scores, table.scores)
            np.testing.assert_array_equal(found.ids, table.ids)
            assert {name: column.tolist() for name, column in found.extra.items()} == {
                name: column.tolist() for name, column in table.extra.items()
            }


def test_what_text_has_no_place_for_is_refused_until_it_is_dropped(tmp_path: Path) -> None:
    table = box_table("gate", [1], [[0, 0, 5, 5]], ids=[1], classes=[3])
    with pytest.raises(InputError, match="gate: MOT text has no place for classes, got class 3"):
        write_mot(tmp_path / "a.txt", table)
    write_mot(tmp_path / "a.txt", table, drop=["classes"])
    timed = BoxTable(
        "gate", table.frames, table.ids, table.boxes, table.scores, table.classes,
        {"alpha": np.zeros(1)}, timestamps=np.zeros(1), detected=np.zeros(1, bool),
    )  # fmt: skip
    with pytest.raises(InputError, match="no place for alpha, detected, timestamps"):
        write_mot(tmp_path / "a.txt", timed)
    with pytest.raises(InputError, match="no place for detected, timestamps"):
        write_kitti(tmp_path / "a.txt", timed)
    with pytest.raises(InputError, match="each class must have a KITTI type, got none for 3"):
        write_kitti(tmp_path / "a.txt", table, types={0: "Car"})
    write_kitti(tmp_path / "a.txt", table, types={3: "Cyclist"})
    assert read_kitti(tmp_path / "a.txt", "a").classes.tolist() == [KITTI_TYPES.index("Cyclist")]


def test_streams_of_one_name(tmp_path: Path) -> None:
    table = box_table("gate", [1], [[0, 0, 5, 5]])
    with pytest.raises(InputError, match="streams must differ in name, got gate, gate"):
        write_parquet(tmp_path / "a.parquet", [table, table])


def test_no_streams(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [])
    assert read_tables(tmp_path / "a.parquet") == []
    with pytest.raises(InputError, match="must hold one stream, got 0"):
        read_table(tmp_path / "a.parquet")


def test_detections_have_no_id(tmp_path: Path) -> None:
    write_mot(tmp_path / "a.txt", box_table("a", [1], [[0, 0, 5, 5]]))
    assert (tmp_path / "a.txt").read_text() == "1,-1,0,0,5,5,1,-1,-1,-1\n"
    assert read_table(tmp_path / "a.txt").ids.tolist() == [int(NO_ID)]
