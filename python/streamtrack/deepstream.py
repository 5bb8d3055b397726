"""The DeepStream side of the package: where libByteTracker.so lies."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

LIBRARY_NAME = "libByteTracker.so"


class LibraryMissingError(FileNotFoundError):
    """The tracker library is not where it was looked for."""


def library_path() -> Path:
    """Returns the path of libByteTracker.so, for `ll-lib-file` in DeepStream's nvtracker.

    Raises:
        LibraryMissingError: The package was installed without the library.
    """
    path = Path(str(resources.files("streamtrack") / "lib" / LIBRARY_NAME))
    return existing_library(path)


def existing_library(path: Path) -> Path:
    """Returns the path made absolute, as DeepStream wants it.

    Raises:
        LibraryMissingError: There is no such file.
    """
    if not path.is_file():
        raise LibraryMissingError(
            f"the tracker library must be a file, got {path}, where there is none; "
            "install streamtrack anew or name another with --ll-lib-file"
        )
    return path.resolve()
