"""The DeepStream side of the package: where libByteTracker.so and its configuration lie."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

LIBRARY_NAME = "libByteTracker.so"
CONFIG_NAME = "config_tracker_ByteTrack.yml"


class LibraryMissingError(FileNotFoundError):
    """The tracker library is not where it was looked for."""


def library_path() -> Path:
    """Returns the path of libByteTracker.so, for `ll-lib-file` in DeepStream's nvtracker.

    Raises:
        LibraryMissingError: The package was installed without the library.
    """
    return existing_library(_installed(LIBRARY_NAME))


def default_config_path() -> Path:
    """Returns the path of a configuration file that names every parameter, for a copy to change."""
    return _installed(CONFIG_NAME)


def _installed(name: str) -> Path:
    # The installed files, not this one's neighbours: an editable installation has them elsewhere.
    return Path(str(resources.files("streamtrack") / "lib" / name))


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
