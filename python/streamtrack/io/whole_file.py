"""Files that have their name only when they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamtrack.io.source import InputError


def part_of(path: Path) -> Path:
    """Returns the name that a file has until it is whole.

    Raises:
        InputError: A folder stands where the file is to be; better said before the work.
    """
    if path.is_dir():
        raise InputError(
            f"{path}: what is written must be a file, got a folder of this name; remove or rename "
            "it, or write elsewhere"
        )
    return path.with_name(path.name + ".part")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives the path to write to, which gets the name `path` at the end.

    What was written when an error came, or Ctrl-C, is removed.

    Raises:
        InputError: A folder stands where the file is to be.
    """
    part = part_of(path)
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
