"""The wheels for aarch64, run under emulation, give the bytes that this machine gives."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from release.debian import unpack
from tests.reference.sequences import ABSENT, data_folder
from tests.release.conftest import WORK, debian_root, run, wheel_of

TRACK = "import sys; from streamtrack.cli import main; sys.exit(main(sys.argv[1:]))"
PACKAGES = ["libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libffi8", "libbz2-1.0", "liblzma5"]


@dataclass(frozen=True)
class Python:
    """A Debian release's Python, and the wheel that it takes."""

    suite: str
    version: str
    tags: str
    more_packages: tuple[str, ...]


PYTHONS = (
    Python("bookworm", "3.11", "cp311-cp311", ("libexpat1", "libssl3")),
    Python("trixie", "3.13", "cp312-abi3", ("libexpat1", "libssl3t64", "libzstd1")),
)


@dataclass(frozen=True)
class Machine:
    """An aarch64 root with Python, and the wheel installed beside it."""

    emulator: Path
    root: Path
    python: Path
    site: Path

    def track(self, *words: str | Path) -> None:
        run(
            *(self.emulator, "-L", self.root, self.python, "-c", TRACK, "track", *words),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.fspath(self.site)},
        )


@pytest.fixture(scope="module", params=PYTHONS, ids=lambda python: python.tags)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    python: Python = request.param
    wheel = wheel_of(python.tags, "aarch64")
    names = [f"python{python.version}-minimal", f"libpython{python.version}-minimal"]
    names += [f"libpython{python.version}-stdlib", *PACKAGES, *python.more_packages]
    folder = WORK / "roots" / f"{python.suite}-arm64"
    root = unpack(names, folder, architecture="arm64", suite=python.suite)
    site = tmp_path_factory.mktemp("site")
    platforms = ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "manylinux_2_28_aarch64"]
    run(
        *(sys.executable, "-m", "pip", "install", "-q", "--target", site, "--only-binary=:all:"),
        *(word for platform in platforms for word in ("--platform", platform)),
        *("--python-version", python.version, wheel),
    )
    emulator = debian_root("qemu-user-static", "qemu-aarch64-static") / "usr/bin"
    return Machine(
        emulator / "qemu-aarch64-static", root, root / f"usr/bin/python{python.version}", site
    )


@pytest.mark.parametrize("via", ["core", "deepstream"])
@pytest.mark.parametrize("preset", ["bytetrack", "reference"])
def test_a_real_sequence_gives_the_same_bytes(
    machine: Machine, via: str, preset: str, tmp_path: Path
) -> None:
    data = data_folder()
    if data is None:
        pytest.skip(ABSENT)
    name = "palace-yolox_ncnn"
    words = (data / "sequences" / name, "--preset", preset, "--via", via)
    machine.track(*words, "-o", tmp_path / "there")
    run(sys.executable, "-c", TRACK, "track", *words, "-o", tmp_path / "here")
    there = (tmp_path / "there" / f"{name}.txt").read_bytes()
    assert there == (tmp_path / "here" / f"{name}.txt").read_bytes()
    assert there.count(b"\n") > 1000
