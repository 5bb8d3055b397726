"""Empty environments, into which the package and its base dependencies are installed."""

from __future__ import annotations

from pathlib import Path

from tests.release.conftest import run

# The dependencies, and those of rich.
BASE = {"numpy", "pyyaml", "click", "rich", "markdown-it-py", "mdurl", "pygments"}


class Environment:
    """An empty virtual environment of some Python, with pip."""

    def __init__(self, python: str | Path, folder: Path) -> None:
        run(python, "-m", "venv", folder)
        self.folder = folder
        self.python = folder / "bin/python"
        self.command = folder / "bin/streamtrack"

    def install(self, *words: str | Path) -> None:
        run(self.python, "-m", "pip", "install", "-q", *words)

    def packages(self) -> set[str]:
        listed = run(self.python, "-m", "pip", "list", "--format=freeze").lower().splitlines()
        return {line.partition("==")[0] for line in listed} - {"pip", "setuptools"}
