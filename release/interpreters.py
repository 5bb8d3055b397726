"""The CPython versions that this machine can build wheels for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# CPython 3.12 brought what nanobind needs of the stable ABI: one wheel serves it and all later.
OLDEST = (3, 10)
STABLE_SINCE = (3, 12)

ASK = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_path('include'))"


@dataclass(frozen=True)
class Interpreter:
    """A CPython with its headers."""

    path: Path
    version: tuple[int, int]

    @property
    def tags(self) -> str:
        """The first half of its wheels' names."""
        python = "cp{}{}".format(*self.version)
        return f"{python}-{'abi3' if self.version >= STABLE_SINCE else python}"


def interpreters() -> list[Interpreter]:
    """Returns one interpreter for each kind of wheel: 3.10, 3.11 and one with the stable ABI.

    Looks at PATH and at pyenv's versions; one without headers does not count.
    """
    found: dict[str, Interpreter] = {}
    for path in _candidates():
        interpreter = _interpreter(path)
        if interpreter is None or interpreter.version < OLDEST:
            continue
        kind = "abi3" if interpreter.version >= STABLE_SINCE else interpreter.tags
        if kind not in found or interpreter.version < found[kind].version:
            found[kind] = interpreter
    return sorted(found.values(), key=lambda one: one.version)


def missing(found: Sequence[Interpreter]) -> list[str]:
    """Returns the kinds of wheel for which no interpreter was found, in words."""
    versions = {one.version for one in found}
    lacking = [f"3.{minor}" for minor in (10, 11) if (3, minor) not in versions]
    if all(version < STABLE_SINCE for version in versions):
        lacking.append("3.12 or later (stable ABI)")
    return lacking


def _candidates() -> Iterator[Path]:
    for minor in range(OLDEST[1], 30):
        on_path = shutil.which(f"python3.{minor}")
        if on_path:
            yield Path(on_path)
    yield from sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))


def _interpreter(path: Path) -> Interpreter | None:
    answer = subprocess.run([str(path), "-c", ASK], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return None
    major, minor, include = answer.stdout.split(maxsplit=2)
    if not (Path(include.strip()) / "Python.h").is_file():
        return None
    return Interpreter(path, (int(major), int(minor)))
