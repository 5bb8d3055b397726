"""MOT text: what is read is what stands in the file, however the file is cut into windows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamtrack._core import read_mot_rows, write_mot_rows
from streamtrack.io import InputError, MotDetections, MotWriter, mot, open_inputs
from streamtrack.io.sequence_info import SequenceInfo, read_sequence_info


def rows_of(source: MotDetections) -> list[tuple[int, list[list[float]], list[float]]]:
    return [
        (number, frame.boxes.tolist(), frame.scores.tolist())
        for number, frame in enumerate(source.frames(), start=1)
        if len(frame.scores)
    ]


def written(path: Path, text: str) -> MotDetections:
    path.write_text(text)
    return MotDetections(path, "test")


# Python's own float is the witness for every form of number.
sizes = some.one_of(
    some.floats(1e-3, 1e9).map(repr),
    some.decimals(min_value=1, max_value=10_000, places=3).map(str),
    some.integers(1, 10**30).map(str),
    some.sampled_from(
        ["1e2", "1E+2", "0.5e1", "007.50", ".5", "5.", "1" + "0" * 25, "0." + "3" * 40]
    ),
)
sides = some.one_of(sizes, sizes.map(lambda text: "-" + text), some.just("-0"))
scores = some.floats(-1, 1).map(repr)
blanks = some.sampled_from(["", " ", "\t"])


@given(some.lists(some.tuples(some.integers(1, 10**8), sides, sides, sizes, sizes, scores, blanks)))
def test_numbers_are_read_as_python_reads_them(rows: list[tuple[Any, ...]]) -> None:
    text = "".join(
        f"{frame},{blank}-1{blank},{left}{blank},{top},{width},{height},{score},-1,{blank}x\r\n"
        for frame, left, top, width, height, score, blank in rows
    )
    frames, boxes, read_scores, used, lines = read_mot_rows(text.encode(), 0, 1, True)
    assert (used, lines) == (len(text), len(rows))
    assert frames.tolist() == [row[0] for row in rows]
    expected = np.array([[float(side) for side in row[1:5]] for row in rows]).reshape(-1, 4)
    assert boxes.tobytes() == expected.astype(np.float32).tobytes()
    assert read_scores.tobytes() == np.array([float(row[5]) for row in rows], "f4").tobytes()


@given(
    some.lists(
        some.tuples(
            some.integers(1, 2**64 - 2),
            some.tuples(*[some.floats(width=32, allow_nan=False, allow_infinity=False)] * 5),
        )
    ),
    some.integers(1, 10**8),
)
def test_numbers_are_written_as_printf_writes_them(
    tracks: list[tuple[int, tuple[float, ...]]], frame: int
) -> None:
    ids = np.array([track_id for track_id, _ in tracks], np.uint64)
    numbers = np.array([values for _, values in tracks], np.float32).reshape(-1, 5)
    text = write_mot_rows(
        frame, ids, np.ascontiguousarray(numbers[:, :4]), np.ascontiguousarray(numbers[:, 4])
    )
    expected = "".join(
        f"{frame},{track_id},{','.join('%.4f' % value for value in values)},-1,-1,-1\n"  # noqa: UP031
        for track_id, values in zip(ids.tolist(), numbers.tolist(), strict=True)
    )
    assert text.decode() == expected


def test_ties_are_rounded_to_even_as_printf_does() -> None:
    # Multiples of 1/32 have five decimals, the last of them 5: exact ties at the fourth.
    values = (np.arange(-2000, 2000) / 32).astype(np.float32)
    boxes = np.repeat(values[:, None], 4, axis=1)
    text = write_mot_rows(1, np.ones(len(values), np.uint64), boxes, values).decode()
    fields = [line.split(",")[2] for line in text.splitlines()]
    assert fields == [f"{value:.4f}" for value in values.tolist()]


@pytest.mark.parametrize("window", [1, 7, 64, 1000, 1 << 18])
def test_the_window_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    random = np.random.default_rng(1)
    frames = np.sort(random.integers(1, 40, 300))
    lines = [
        f"{frame},-1,{i},{i % 7},{1 + i % 5},2,0.{1 + i % 9},-1,-1,-1"
        for i, frame in enumerate(frames)
    ]
    path = tmp_path / "det.txt"
    text = "\n".join(lines)  # no newline at the end
    expected = rows_of(written(path, text))
    assert [number for number, _, _ in expected] == sorted(set(frames.tolist()))
    assert sum(len(boxes) for _, boxes, _ in expected) == 300
    if window >= len(lines[0]) + 20:
        monkeypatch.setattr(mot, "_WINDOW_BYTES", window)
        assert rows_of(written(path, text)) == expected
    else:
        monkeypatch.setattr(mot, "_WINDOW_BYTES", window)
        with pytest.raises(InputError, match="row 1: a row must be shorter"):
            written(path, text)


def test_unsorted_rows_are_sorted_by_frame_and_keep_their_order_within(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    frames = random.integers(1, 30, 500)
    text = "".join(f"{frame},-1,{i},0,1,1,0.5\n" for i, frame in enumerate(frames))
    source = written(tmp_path / "det.txt", text)
    read = [(number, [box[0] for box in boxes]) for number, boxes, _ in rows_of(source)]
    assert read == [
        (number, np.flatnonzero(frames == number).tolist())
        for number in sorted(set(frames.tolist()))
    ]
    assert source.frame_count == frames.max()


def test_frames_without_rows_are_empty_frames(tmp_path: Path) -> None:
    source = written(tmp_path / "det.txt", "3,-1,1,1,1,1,0.5\n\n  \n6,-1,1,1,1,1,0.5\n")
    assert [len(frame.scores) for frame in source.frames()] == [0, 0, 1, 0, 0, 1]
    assert [len(frame.scores) for frame in source.frames()] == [0, 0, 1, 0, 0, 1]  # again


def test_an_empty_file_is_no_frames_and_a_note(tmp_path: Path) -> None:
    for text in ("", "\n\n", " \r\n"):
        source = written(tmp_path / "det.txt", text)
        assert (source.frame_count, list(source.frames())) == (0, [])
        assert "no detections" in source.notes[0]


def test_the_length_of_the_sequence_wins_over_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "det.txt"
    path.write_text("1,-1,1,1,1,1,0.5\n4,-1,1,1,1,1,0.5\n")
    longer = MotDetections(path, "test", SequenceInfo(frame_count=6))
    assert [len(frame.scores) for frame in longer.frames()] == [1, 0, 0, 1, 0, 0]
    assert longer.notes == []
    shorter = MotDetections(path, "test", SequenceInfo(frame_count=3))
    assert [len(frame.scores) for frame in shorter.frames()] == [1, 0, 0]
    assert "frame 4 stand behind seqLength 3" in shorter.notes[0]


BROKEN = {
    "a word": ("1,-1,1,one,1,1,0.5", r"row 3: column 4 of \(.*\) must be a number, got 'one'"),
    "nothing": ("1,-1,,1,1,1,0.5", r"row 3: column 3 .* must be a number, got ''"),
    "two points": ("1,-1,1.2.3,1,1,1,0.5", r"row 3: column 3 .* got '1.2.3'"),
    "two numbers": ("1,-1,1 2,1,1,1,0.5", r"row 3: column 3 .* got '1 2'"),
    "hexadecimal": ("1,-1,0x10,1,1,1,0.5", r"row 3: column 3 .* got '0x10'"),
    "six columns": ("1,-1,1,1,1,1", "row 3: a row must have at least 7 columns .* got 6"),
    "semicolons": ("1;-1;1;1;1;1;0.5", "row 3: column 1 .* must be a number"),
    "frame 0": ("0,-1,1,1,1,1,0.5", "row 3: frame must be a whole number from 1 .* got 0;"),
    "frame 1.5": ("1.5,-1,1,1,1,1,0.5", "row 3: frame must be a whole number from 1 .* got 1.5"),
    "a time as frame": ("1700000000,-1,1,1,1,1,0.5", "row 3: frame must be .* got 1700000000"),
    "nan frame": ("nan,-1,1,1,1,1,0.5", "row 3: frame must be a whole number"),
    "nan": ("1,-1,nan,1,1,1,0.5", "row 3: box must be finite"),
    "infinity": ("1,-1,1,1,inf,1,0.5", "row 3: box must be finite"),
    "overflow": ("1,-1,1e39,1,1,1,0.5", "row 3: box must be finite"),
    "negative width": (
        "1,-1,1,1,-5,1,0.5",
        "row 3: box must be wider and higher than 0, got .* width -5",
    ),
    "no height": ("1,-1,1,1,5,0,0.5", "row 3: box must be wider and higher than 0"),
    "percent": ("1,-1,1,1,5,5,80", r"row 3: score must be in \[0, 1\].*got 80;"),
    "nan score": ("1,-1,1,1,5,5,nan", r"row 3: score must be in \[0, 1\]"),
    "bytes": ("\x00\xff\x01", "row 3: column 1 .* must be a number"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_row_is_named(tmp_path: Path, what: str) -> None:
    row, message = BROKEN[what]
    text = f"1,-1,1,1,1,1,0.5\n\n{row}\n2,-1,1,1,1,1,0.5\n"
    with pytest.raises(InputError, match=f"det.txt, {message}"):
        written(tmp_path / "det.txt", text)


def test_rows_wait_no_longer_than_they_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    live, recorded = MotWriter(tmp_path / "live.txt", 1.0), MotWriter(tmp_path / "file.txt")
    row = np.array([7], np.uint64), np.ones((1, 4), np.float32), np.ones(1, np.float32)
    nothing = np.zeros(0, np.uint64), np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    frames_on_disk = []
    for number, (columns, moment) in enumerate(
        [(row, 100.1), (row, 100.9), (row, 101.0), (row, 101.9), (nothing, 102.1)], 1
    ):
        clock[0] = moment
        for writer in (live, recorded):
            writer.add(number, *columns)
        rows = (tmp_path / "live.txt.part").read_text().splitlines()
        frames_on_disk.append([int(text.split(",")[0]) for text in rows])
    assert frames_on_disk == [[], [], [1, 2, 3], [1, 2, 3], [1, 2, 3, 4]]
    assert (tmp_path / "file.txt.part").read_text() == ""


def test_the_writer_names_the_file_when_it_is_whole(tmp_path: Path) -> None:
    writer = MotWriter(tmp_path / "gate.txt")
    one = np.ones(1, np.uint64), np.ones((1, 4), np.float32), np.ones(1, np.float32)
    writer.add(3, *one)
    writer.add(4, one[0][:0], one[1][:0], one[2][:0])
    assert not (tmp_path / "gate.txt").exists()
    writer.close()
    assert (tmp_path / "gate.txt").read_text() == "3,1" + ",1.0000" * 5 + ",-1,-1,-1\n"
    other = MotWriter(tmp_path / "dock.txt")
    other.add(1, *one)
    other.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["gate.txt"]


def sequence(folder: Path, inner: str = "", info: str = "") -> Path:
    (folder / inner).mkdir(parents=True)
    (folder / inner / "det.txt").write_text("1,-1,1,1,1,1,0.5\n")
    if info:
        (folder / "seqinfo.ini").write_text(info)
    return folder


def test_inputs_are_files_and_folders_named_after_themselves(tmp_path: Path) -> None:
    info = "[Sequence]\nframeRate=8\nseqLength=5\nimWidth=640\nimHeight=480\n"
    gate = sequence(tmp_path / "gate", info=info)
    dock = sequence(tmp_path / "dock.v2", inner="det")
    file = tmp_path / "yard.txt"
    file.write_text("2,-1,1,1,1,1,0.5\n")
    sources = open_inputs([gate, str(dock), file])
    assert [source.name for source in sources] == ["gate", "dock.v2", "yard"]
    assert [source.frame_count for source in sources] == [5, 1, 2]
    assert [source.frame_rate for source in sources] == [8.0, None, None]
    assert [source.size for source in sources] == [(640, 480), None, None]


def test_a_folder_in_place_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sequence(tmp_path / "gate"))
    assert open_inputs(["."])[0].name == "gate"


def test_wrong_inputs(tmp_path: Path) -> None:
    first, second = sequence(tmp_path / "a" / "gate"), sequence(tmp_path / "b" / "gate")
    with pytest.raises(InputError, match="inputs must differ in name, got .* both gate"):
        open_inputs([first, second])
    with pytest.raises(InputError, match="must hold det.txt or det/det.txt"):
        open_inputs([tmp_path])
    with pytest.raises(InputError, match="none: an input must exist"):
        open_inputs([tmp_path / "none"])
    with pytest.raises(InputError, match="at least one input"):
        open_inputs([])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frameRate=30\n", r"must hold a section \[Sequence\]"),
        ("[Other]\n", r"must hold a section \[Sequence\]"),
        ("[Sequence]\nframeRate=fast\n", "frameRate must be a number above 0 and .*got 'fast'"),
        ("[Sequence]\nframeRate=0\n", "frameRate must be a number above 0 and .*got '0'"),
        ("[Sequence]\nseqLength=-5\n", "seqLength must be a number above 0"),
        ("[Sequence]\nseqLength=1.5\n", "seqLength must be a whole number .*, got 1.5"),
        ("[Sequence]\nseqLength=2e8\n", "a whole number from 1 to 100000000, got 2e8"),
        ("[Sequence]\nimHeight=0.5\n", "imHeight must be a whole number from 1 .*, got 0.5"),
        ("[Sequence]\nimWidth=nan\n", "imWidth must be a number above 0"),
    ],
)
def test_a_wrong_seqinfo(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "seqinfo.ini"
    path.write_text(text)
    with pytest.raises(InputError, match=f"seqinfo.ini: .*{message}"):
        read_sequence_info(path)
