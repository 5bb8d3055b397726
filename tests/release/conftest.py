"""The built wheels; `make wheels` puts them into `dist`."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from release.debian import unpack

CHECKOUT = Path(__file__).resolve().parents[2]
DIST = CHECKOUT / "dist"
WORK = CHECKOUT / ".build" / "release"
HOST = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def run(*words: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Runs a command that must succeed and returns what it prints."""
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def wheel_of(tags: str, machine: str) -> Path:
    """The built wheel for a kind of Python and a processor."""
    found = sorted(DIST.glob(f"streamtrack-*-{tags}-*{machine}.whl"))
    if not found:
        pytest.skip(f"needs the {tags} wheel for {machine} in dist: make wheels")
    return found[-1]


def debian_root(package: str, program: str) -> Path:
    """The folder below which a program of a Debian package lies: this system, or one unpacked."""
    if shutil.which(program):
        return Path("/")
    folder = WORK / "roots" / package
    return unpack([package], folder, architecture=HOST, suite="bookworm")


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where pip can download nothing."""
    folder = tmp_path_factory.mktemp("downloads")
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
    asked = subprocess.run(
        [*pip, "-d", folder, "click"], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        pytest.skip(f"needs a package registry, got: {asked.stderr.strip().splitlines()[-1]}")
