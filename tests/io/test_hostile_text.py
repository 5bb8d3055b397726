"""Text that no detector wrote: MOT text and recordings are read right or refused in one line.

For 100,000 examples each: pytest tests/io/test_hostile_text.py --hypothesis-profile=long
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from streamtrack.io import InputError, MotDetections
from streamtrack.io.recording import read_recording

from tests.io.test_recording import BATCHES, HEAD

FOLDER = Path(tempfile.mkdtemp(prefix="streamtrack-hostile-"))
ODD_WORDS = ["0", "-1", "2", "0.5", "1e3", "nan", "inf", "1e999", "0x1", "18446744073709551615"]
ODD_WORDS += ["one", "#", "\x00", "", " ", "\t", '"', "\ufeff", "9" * 40]
WORDS = some.one_of(
    some.sampled_from(ODD_WORDS),
    some.integers(-5, 50).map(str),
    some.floats().map(repr),
    some.text(max_size=4),
)
ENDS = some.sampled_from(["\n", "\n", "\r\n", "\r", "", "\n\n"])


def lines_of(words: some.SearchStrategy[str], least: int, most: int) -> some.SearchStrategy[str]:
    row = some.lists(words, min_size=least, max_size=most).map(",".join)
    return some.lists(some.tuples(row, ENDS).map("".join), max_size=8).map("".join)


MOT_ROWS = some.tuples(
    some.integers(1, 9), *[some.integers(0, 90)] * 2, *[some.integers(1, 90)] * 2, some.floats(0, 1)
).map(lambda row: f"{row[0]},-1,{row[1]},{row[2]},{row[3]},{row[4]},{row[5]!r}\n")
MOT_TEXT = some.one_of(
    lines_of(WORDS, 5, 11), some.lists(MOT_ROWS, max_size=9).map("".join), some.text(max_size=60)
)
SPOILED = some.tuples(MOT_TEXT, some.integers(0, 200), some.binary(max_size=3)).map(
    lambda parts: parts[0].encode("utf-8", "surrogatepass")[: parts[1]] + parts[2]
)


def read(reader: Callable[[Path], object], text: bytes) -> object:
    """What the reader makes of a file that holds this; None where it refused it in one line."""
    path = FOLDER / "hostile.txt"
    path.write_bytes(text)
    try:
        return reader(path)
    except InputError as refused:
        line = str(refused)
        assert line.startswith(str(path))
        assert len(line.splitlines()) == 1, line
        assert "; " in line, "an error must say what to do"
        return None


def plain_rows(text: bytes) -> list[tuple[int, list[float]]]:
    """The slow witness: split, int and float."""
    lines = text.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    rows = [[word.strip(" \t\r") for word in line.split(",")] for line in lines if line.strip()]
    return [(int(float(row[0])), [float(word) for word in row[2:7]]) for row in rows]


@given(some.one_of(MOT_TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")), SPOILED))
def test_mot_text(text: bytes) -> None:
    source = read(lambda path: MotDetections(path, "hostile"), text)
    if not isinstance(source, MotDetections):
        return
    got: list[tuple[int, list[float]]] = []
    if source.frame_count < 100_000:
        for number, frame in enumerate(source.frames(), start=1):
            values = np.column_stack([frame.boxes, frame.scores])
            got += [(number, row) for row in values.tolist()]
        expected = sorted(plain_rows(text), key=lambda row: row[0])
        assert [row[0] for row in got] == [row[0] for row in expected]
        np.testing.assert_array_equal(
            np.array([row[1] for row in got], np.float32).reshape(-1, 5),
            np.array([row[1] for row in expected], np.float32).reshape(-1, 5),
        )


TRUE_RECORDING = (HEAD + BATCHES).encode()
KINDS = some.sampled_from(
    [
        "batch",
        "frame",
        "object",
        "stream",
        "remove",
        "config",
        "state",
        "tracker_size",
        "gap",
        "ids",
    ]
)


@given(lines_of(some.one_of(KINDS, WORDS), 1, 10), some.data())
def test_recordings(text: str, data: some.DataObject) -> None:
    spoiled = bytearray(data.draw(some.sampled_from([TRUE_RECORDING, b""])))
    for _ in range(data.draw(some.integers(0, 3))):
        at = data.draw(some.integers(0, max(len(spoiled), 1) - 1))
        spoiled[at : at + data.draw(some.integers(0, 4))] = data.draw(some.binary(max_size=3))
    tail = text.encode("utf-8", "surrogatepass") if data.draw(some.booleans()) else b""
    recording = read(read_recording, bytes(spoiled) + tail)
    for table in getattr(recording, "tables", []):
        assert np.isfinite(table.boxes).all()
        assert len(table.boxes) == len(table.scores) == len(table.classes) == len(table.frames)
