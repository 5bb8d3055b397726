"""The DeepStream side of the package: where libByteTracker.so and its configuration lie."""

from __future__ import annotations

import os
import subprocess
from importlib import resources
from pathlib import Path

LIBRARY_NAME = "libByteTracker.so"
CONFIG_NAME = "config_tracker_ByteTrack.yml"
INSTALLER_NAME = "install.sh"


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


def properties(
    config: str | os.PathLike[str] | None = None,
    width: int = 960,
    height: int = 544,
    gpu_id: int = 0,
) -> dict[str, str | int | bool]:
    """Returns what to set on an nvtracker element, for pyds and for pyservicemaker alike.

    Args:
        config: The tracker's YAML file; the default configuration if left out.
        width: The tracker's coordinates, in pixels, at least 1; best the stream muxer's, since
            then no box is scaled.
        height: As `width`.
        gpu_id: The GPU of the pipeline's buffers, at least 0; the tracker itself uses none.

    Raises:
        LibraryMissingError: The package was installed without the library.
        ConfigError: The file is unreadable or wrong, which DeepStream would say only at start.
        ValueError: A number is out of its range.

    Examples:
        >>> sorted(properties(width=1920, height=1080))[:3]
        ['display-tracking-id', 'gpu-id', 'll-config-file']
    """
    from streamtrack.config import Config

    for name, value, lowest in (("width", width, 1), ("height", height, 1), ("gpu_id", gpu_id, 0)):
        if value < lowest:
            raise ValueError(
                f"{name} must be at least {lowest}, got {value}; see the stream muxer's"
            )
    path = default_config_path() if config is None else Path(config)
    Config(path)
    return {
        "tracker-width": width,
        "tracker-height": height,
        "gpu-id": gpu_id,
        "ll-lib-file": str(library_path()),
        "ll-config-file": str(path.resolve()),
        "display-tracking-id": True,
    }


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


class InstallationError(RuntimeError):
    """The library could not be put in place or taken away."""


def install(prefix: str | os.PathLike[str] = "/usr/local", *, uninstall: bool = False) -> str:
    """Puts the library and its default configuration into `prefix/lib/streamtrack`.

    That gives pipelines a path that no Python environment owns. A configuration that was changed
    there is kept. The tarball and the Debian package do the same with the same script.

    Args:
        prefix: The folder above `lib`.
        uninstall: Takes away what an earlier call put there instead.

    Returns:
        What was done, and the lines for the pipeline's `[tracker]` section.

    Raises:
        LibraryMissingError: The package was installed without the library.
        InstallationError: The folder cannot be written, or there is nothing to take away.
    """
    script = library_path().with_name(INSTALLER_NAME)
    words = ["sh", str(script), "--prefix", str(Path(prefix).absolute())]
    done = subprocess.run(
        [*words, "--uninstall"] if uninstall else words,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise InstallationError(done.stderr.strip().removeprefix("install.sh: error: "))
    return done.stdout.strip()
