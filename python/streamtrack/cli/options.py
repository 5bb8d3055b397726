"""The options that several verbs share, and the configuration they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from streamtrack.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])


def config_options(command: Command) -> Command:
    """Adds --config, --preset and --set."""
    for option in (
        click.option(
            "--set",
            "assignments",
            metavar="KEY=VALUE",
            multiple=True,
            help="A parameter; wins over the file. May be given more than once: the last one wins.",
        ),
        click.option(
            "--preset",
            metavar="NAME",
            help="bytetrack (the default) or reference, which keeps the original's quirks.",
        ),
        click.option(
            "--config", "config_file", metavar="FILE", help="A YAML file with parameters."
        ),
    ):
        command = option(command)
    return command


def config_of(config_file: str | None, preset: str | None, assignments: Sequence[str]) -> Config:
    """Returns what the shared options say: the file, the preset above it, --set above all."""
    config = Config(Path(config_file)) if config_file is not None else Config()
    if preset is not None:
        config = config.override({"preset": preset})
    return config.override(assignments)


def host_options(command: Command) -> Command:
    """Adds --deepstream and --ll-lib-file."""
    for option in (
        click.option(
            "--ll-lib-file",
            "library",
            metavar="PATH",
            help="The tracker library; the package's own libByteTracker.so if left out.",
        ),
        click.option(
            "--deepstream",
            "version",
            metavar="VERSION",
            help="The DeepStream version that the host plays; the newest if left out.",
        ),
    ):
        command = option(command)
    return command


def library_of(path: str | None) -> Path:
    """Returns the library that --ll-lib-file names, or the package's own."""
    from streamtrack.deepstream import existing_library, library_path

    return library_path() if path is None else existing_library(Path(path))


def version_of(text: str | None) -> str:
    """Returns the version that --deepstream names, or the newest.

    Raises:
        click.BadParameter: The host does not know this version.
    """
    from streamtrack.host import VERSIONS

    if text is None:
        return VERSIONS[-1]
    if text not in VERSIONS:
        raise click.BadParameter(
            f"must be one of {', '.join(VERSIONS)}, got {text}.", param_hint="--deepstream"
        )
    return text
