"""A file has its name when it is whole; what is broken off leaves what was there before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import streamtrack as st
from streamtrack.evaluation import Evaluation, Scores
from streamtrack.io import InputError, SequenceInfo, box_table, write_mot
from streamtrack.io.sequence_info import write_sequence_info
from streamtrack.io.whole_file import whole_file, write_whole
from streamtrack.tuning import TuningResult


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_broken_off(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "gate.txt"
    path.write_text("before")

    def break_off() -> None:
        with whole_file(path) as part:
            part.write_text("half of")
            raise error

    with pytest.raises(error):
        break_off()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "before"


SAVES: dict[str, Callable[[Path], object]] = {
    "configuration": st.Config().save,
    "tuned parameters": TuningResult("HOTA", st.Config(), {"a": 1.0}, {"a": 2.0}).save,
    "figures": Evaluation({}, Scores(*[0] * len(Scores.names())), {}).save_json,
    "sequence": lambda path: write_sequence_info(path, "gate", SequenceInfo(25, 2, (64, 48))),
}


@pytest.mark.parametrize("what", SAVES)
def test_what_is_broken_off_leaves_what_was_there(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def write_half(part: Path, text: str, encoding: str) -> None:
        part.write_bytes(text[: len(text) // 2].encode(encoding))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", write_half)
        with pytest.raises(KeyboardInterrupt):
            SAVES[what](path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "before"
    SAVES[what](path)
    assert path.read_text() != "before"


def test_whole(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    with whole_file(path) as part:
        part.write_text("after")
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "after"


def test_links_and_pipes_stay(tmp_path: Path) -> None:
    file, link, pipe = (tmp_path / name for name in ("file", "link", "pipe"))
    file.write_text("before")
    link.symlink_to(file)
    write_whole(link, "after")
    assert link.is_symlink()
    assert file.read_text() == "after"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "rows")
        assert os.read(reader, 10) == b"rows"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_of_this_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a file, got a folder of this name"):
        write_mot(tmp_path, box_table("gate", [1], [[0, 0, 9, 9]], ids=[1]))
