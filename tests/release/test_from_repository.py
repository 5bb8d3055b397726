"""What a clone of the repository alone is good for: pip from git, an editable install, CMake.

Everything runs on the last commit, in empty environments with the base dependencies from PyPI.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamtrack.simulation import save_scene, simulate

from tests.package.test_extras import CASES
from tests.release.conftest import CHECKOUT, run
from tests.release.environment import BASE, Environment

ANOTHER_VERSION = "7.8.9"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (CHECKOUT / ".git").exists():
        pytest.skip("needs a git checkout: clone the repository")
    folder = tmp_path_factory.mktemp("repository") / "streamtrack"
    run("git", "clone", "-q", CHECKOUT.as_uri(), folder)
    return folder


@pytest.fixture(scope="module")
def from_git(
    registry: None,  # noqa: ARG001 (it skips)
    clone: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Environment:
    environment = Environment(sys.executable, tmp_path_factory.mktemp("from-git"))
    environment.install(f"git+{clone.as_uri()}")
    return environment


def test_pip_installs_from_git(from_git: Environment, tmp_path: Path) -> None:
    assert from_git.packages() == {"streamtrack"} | BASE
    library = Path(run(from_git.command, "deepstream", "lib-path").strip())
    assert from_git.folder in library.parents
    printed = run(from_git.command, "demo", "-o", tmp_path, "--frames", "30")
    assert "ids stands in two streams" in printed
    assert "picture  none: pip install 'streamtrack[picture]' for it" in printed


@pytest.mark.parametrize("extra", CASES)
def test_there_a_missing_extra_is_named(extra: str, from_git: Environment, tmp_path: Path) -> None:
    save_scene(simulate("gate", people=4, frames=20, seed=1), tmp_path / "gate")
    (tmp_path / "street.mp4").touch()
    words = [str(from_git.command), "track", "gate", "-o", "tracks"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    _, words_of_case = CASES[extra]
    done = subprocess.run(
        [str(from_git.command), *words_of_case],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("streamtrack: error: ")
    assert line.endswith(f"pip install 'streamtrack[{extra}]'")


@pytest.mark.usefixtures("registry")
def test_an_editable_install_follows_its_sources(clone: Path, tmp_path: Path) -> None:
    """In the same breath: a version that is changed in its one place is changed everywhere."""
    cmake_lists = clone / "CMakeLists.txt"
    text = cmake_lists.read_text()
    pattern = r"(project\(streamtrack VERSION )\S+"
    cmake_lists.write_text(re.sub(pattern, rf"\g<1>{ANOTHER_VERSION}", text))
    environment = Environment(sys.executable, tmp_path / "editable")
    environment.install("--editable", clone)
    cmake_lists.write_text(text)
    assert run(environment.command, "--version").split()[-1] == ANOTHER_VERSION
    ask = "import importlib.metadata as m, streamtrack as s; print(m.version('streamtrack'), s.{})"
    told = run(environment.python, "-c", ask.format("__file__"))
    assert told.split() == [ANOTHER_VERSION, str(clone / "python/streamtrack/__init__.py")]
    library = Path(run(environment.command, "deepstream", "lib-path").strip()).read_bytes()
    assert f"\0{ANOTHER_VERSION}\0".encode() in library
    with (clone / "python/streamtrack/__init__.py").open("a") as file:
        file.write("\nfrom_the_sources = 'changed'\n")
    assert run(environment.python, "-c", ask.format("from_the_sources")).split()[1] == "changed"
    run(environment.command, "demo", "-o", tmp_path / "demo", "--frames", "30")


def test_cmake_alone_builds_the_library_also_after_make(clone: Path) -> None:
    """The Makefile's own folders are out of the way of the commands that everyone knows."""
    run("make", "-C", clone, "library")
    library = clone / "lib/libByteTracker.so"
    library.unlink()
    build = "mkdir build && cd build && cmake .. && make ByteTracker"
    run("sh", "-ec", f'cd "$1" && {build}', "sh", clone)
    assert b"NvMOT_Process" in library.read_bytes()
