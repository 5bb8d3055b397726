"""A file has its name when it is whole; what is broken off leaves what was there before."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamtrack.io import InputError, box_table, write_mot
from streamtrack.io.whole_file import whole_file


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


def test_whole(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    with whole_file(path) as part:
        part.write_text("after")
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "after"


def test_a_folder_of_this_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a file, got a folder of this name"):
        write_mot(tmp_path, box_table("gate", [1], [[0, 0, 9, 9]], ids=[1]))
