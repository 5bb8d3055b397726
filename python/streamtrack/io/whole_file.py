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


def write_whole(path: Path, text: str) -> None:
    """Writes text as UTF-8; see `whole_file`."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives the path to write to, which gets the name `path` at the end.

    What was written when an error came, or Ctrl-C, is removed. Links, devices and pipes
    (/dev/stdout) are written to as they are: a file must not take their place.

    Raises:
        InputError: A folder stands where the file is to be.
    """
    part = part_of(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        yield path
        return
    try:
        yield part
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(part):
            error.filename = str(path)  # the name that the user gave
        raise
