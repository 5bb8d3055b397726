"""Reads text with a row for each box: quickly where it is regular, naming the row where it is not.

NumPy's reader takes regular files at millions of numbers a second. Whatever it refuses, and
whatever does not pass the checks, is read again line by line, which either succeeds (rows of
unequal length, ids written as 1.0) or says which row breaks which rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.box_table import NO_ID, BoxTable
from streamtrack.io.sequence_info import LAST_FRAME
from streamtrack.io.source import InputError
from streamtrack.io.whole_file import whole_file

_WORD_BYTES = 32
_LAST_ID = 2**64 - 2

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class RowLayout:
    """What stands in a row.

    Attributes:
        columns: The names of the columns; `frame` and `id` are whole numbers, words are `words`.
        required: How many columns a row must have; those behind may be missing at its end.
        separator: What stands between columns; None: any blanks.
        first_frame: The number of the first frame.
        words: Columns that hold a word instead of a number: from what may stand there, in small
            letters, to what it means.
    """

    columns: tuple[str, ...]
    required: int
    separator: str | None
    first_frame: int
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_rows(path: Path, layout: RowLayout) -> Columns:
    """Returns the columns of a file: numbers as float64, ids as uint64, words as text.

    Columns that no row has are left out; a value that only some rows lack is NaN.

    Raises:
        InputError: The file cannot be read, or a row breaks a rule; the message names the row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{path}: it must be a readable file, got: {error.strerror}; check the path"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: it must be text, got another kind of byte at {error.start}; "
            "give MOT text or KITTI labels"
        ) from None
    lines = text.splitlines()
    filled = next((line for line in lines if line.strip()), None)
    if filled is None:
        return _columns(layout, [])
    columns = _read_regular(lines, len(_split(filled, layout)), layout)
    return _columns(layout, _read_lines(path, lines, layout)) if columns is None else columns


def _split(line: str, layout: RowLayout) -> list[str]:
    cells = line.split(layout.separator)
    return cells[:-1] if len(cells) > layout.required and not cells[-1].strip() else cells


def _read_regular(lines: list[str], width: int, layout: RowLayout) -> Columns | None:
    """The columns, or None where anything is out of the ordinary."""
    if not layout.required <= width <= len(layout.columns):
        return None
    names = layout.columns[:width]
    as_text = {"id", *layout.words}
    kinds = [(name, f"U{_WORD_BYTES}" if name in as_text else "f8") for name in names]
    try:
        rows = np.loadtxt(lines, kinds, comments=None, delimiter=layout.separator, ndmin=1)
        ids = [int(word) for word in rows["id"].tolist()]
    except ValueError:
        return None
    columns: Columns = {name: rows[name] for name in names}
    if not _are_regular(columns, ids, layout):
        return None
    columns["id"] = np.array([number % 2**64 for number in ids], np.uint64)
    columns["frame"] = columns["frame"].astype(np.int64)
    return columns


def _are_regular(columns: Columns, ids: list[int], layout: RowLayout) -> bool:
    """Whether every value is what `_cell` takes as it stands."""
    frames = columns["frame"]
    numbers = [column for column in columns.values() if column.dtype == np.float64]
    words = [
        set(np.unique(columns[name]).tolist()) <= set(known.values())
        for name, known in layout.words.items()
    ]
    return bool(
        all(words)
        and all(-1 <= number <= _LAST_ID for number in ids)
        and all(np.isfinite(column).all() for column in numbers)
        and (frames == np.floor(frames)).all()
        and frames.min() >= layout.first_frame
        and frames.max() <= LAST_FRAME
    )


def _read_lines(path: Path, lines: Sequence[str], layout: RowLayout) -> list[list[Any]]:
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_read_line(line, layout))
        except ValueError as error:
            raise InputError(f"{path}, row {number}: {error}") from None
    return rows


def _read_line(line: str, layout: RowLayout) -> list[Any]:
    cells = _split(line, layout)
    if len(cells) < layout.required or len(cells) > len(layout.columns):
        between = "commas" if layout.separator == "," else "blanks"
        most = len(layout.columns)
        count = f"{layout.required}" if layout.required == most else f"{layout.required} to {most}"
        raise ValueError(
            f"a row must have {count} columns separated by {between} "
            f"({', '.join(layout.columns[: layout.required])}, ...), got {len(cells)} in "
            f"{_shortened(line.strip())}; complete or remove the row"
        )
    row = [
        _cell(name, cell.strip(), layout) for name, cell in zip(layout.columns, cells, strict=False)
    ]
    return row + [np.nan] * (len(layout.columns) - len(row))


def _cell(name: str, cell: str, layout: RowLayout) -> Any:
    if name in layout.words:
        known = layout.words[name]
        if cell.lower() not in known:
            raise ValueError(
                f"{name} must be one of {', '.join(dict.fromkeys(known.values()))}, "
                f"got {_shortened(cell)}; correct or remove the row"
            )
        return known[cell.lower()]
    if name == "frame":
        return _whole(name, cell, layout.first_frame, LAST_FRAME)
    if name == "id":
        return _whole(name, cell, -1, _LAST_ID) % 2**64
    value = _number(name, cell)
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite, got {cell}; correct or remove the row")
    return value


def _number(name: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise ValueError(
            f"{name} must be a number, got {_shortened(cell)}; correct or remove the row"
        ) from None


def _whole(name: str, cell: str, least: int, most: int) -> int:
    try:
        value = int(cell)
    except ValueError:
        number = _number(name, cell)
        value = int(number) if np.isfinite(number) and number == int(number) else least - 1
    if not least <= value <= most:
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, got {_shortened(cell)}; "
            "correct or remove the row"
        )
    return value


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")


def _columns(layout: RowLayout, rows: list[list[Any]]) -> Columns:
    columns: Columns = {}
    cells = list(zip(*rows, strict=True)) if rows else [() for _ in layout.columns]
    for place, (name, values) in enumerate(zip(layout.columns, cells, strict=True)):
        if name == "id":
            columns[name] = np.array(values, np.uint64)
        elif name == "frame":
            columns[name] = np.array(values, np.int64)
        elif name in layout.words:
            columns[name] = np.array(values, str)
        else:
            column = np.array(values, np.float64)
            if place < layout.required or not np.isnan(column).all():
                columns[name] = column
    return columns


def text_ids(ids: NDArray[np.uint64]) -> list[str]:
    """Returns ids as text formats write them, -1 where there is none."""
    return ["-1" if number == NO_ID else str(number) for number in ids.tolist()]


def text_numbers(column: NDArray[Any]) -> list[str]:
    """Returns numbers as their shortest texts that read back the same."""
    return [word.removesuffix(".0") for word in column.astype(str).tolist()]


def write_text(path: Path, columns: Sequence[Sequence[str]], separator: str) -> None:
    """Writes rows of text; the file gets its name when it is whole."""
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        file.writelines(separator.join(row) + "\n" for row in zip(*columns, strict=True))


def refuse_loss(what: str, table: BoxTable, places: Collection[str], drop: Collection[str]) -> None:
    """Raises InputError if a table holds more than a text format of boxes has a place for."""
    more = {name for name in table.extra if name not in places}
    if table.timestamps is not None:
        more.add("timestamps")
    if table.detected is not None and not table.detected.all():
        more.add("detected")
    lost = sorted(more - set(drop))
    if lost:
        raise InputError(
            f"{table.name}: {what} has no place for {', '.join(lost)}; write Parquet, or drop "
            f"{'it' if len(lost) == 1 else 'them'}"
        )
