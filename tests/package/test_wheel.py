"""The artefact, not the tree: a wheel is built, installed into an empty environment and used."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NVMOT = {
    "NvMOT_Query",
    "NvMOT_Init",
    "NvMOT_DeInit",
    "NvMOT_Process",
    "NvMOT_ProcessPast",
    "NvMOT_RemoveStreams",
    "NvMOT_RetrieveMiscData",
    "NvMOT_UpdateParams",
}


def output_of(*words: str | Path, cwd: Path) -> str:
    """Runs a program outside the checkout, which must not be what is tested."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    output_of(*build, "-w", folder, CHECKOUT, cwd=folder)
    [path] = folder.glob("streamtrack-*.whl")
    return path


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A virtual environment with the wheel; it may import this one's NumPy, but not its checkout.

    A path in a .pth file is searched without that folder's own .pth files, in which the editable
    installation of the checkout stands.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python"]
    output_of(*pip, folder, "install", "--no-deps", wheel, cwd=folder)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_holds_all_that_is_needed(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "streamtrack/__init__.py",
        "streamtrack/_core.pyi",
        "streamtrack/py.typed",
        "streamtrack/host/layout.json",
        "streamtrack/host/libnvdsgst_tracker.so",
        "streamtrack/lib/libByteTracker.so",
        "streamtrack/lib/config_tracker_ByteTrack.yml",
    } <= names
    assert any(name.startswith("streamtrack/_core.") and name.endswith(".so") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    strange = {name for name in names if name.endswith((".cpp", ".hpp", ".o", ".a", ".pyc"))}
    assert strange == set()


def test_the_version_stands_in_one_place(wheel: Path, environment: Path) -> None:
    said = output_of(environment / "bin" / "streamtrack", "--version", cwd=environment)
    version = said.split()[-1]
    assert wheel.name.startswith(f"streamtrack-{version}-")
    [line] = [
        line
        for line in (CHECKOUT / "CMakeLists.txt").read_text().splitlines()
        if line.startswith("project(")
    ]
    assert f"VERSION {version} " in line
    code = """import importlib.metadata, streamtrack
print(importlib.metadata.version('streamtrack'), streamtrack.__version__)"""
    assert output_of(environment / "bin" / "python", "-c", code, cwd=environment).split() == [
        version,
        version,
    ]


def test_the_installed_command_runs_the_demo(environment: Path, tmp_path: Path) -> None:
    command = environment / "bin" / "streamtrack"
    printed = output_of(command, "demo", "-o", "out", "--frames", "30", cwd=tmp_path)
    assert "ids stands in two streams" in printed
    assert np.loadtxt(tmp_path / "out" / "gate.txt", delimiter=",").shape[1] == 10
    assert (tmp_path / "out" / "demo.png").stat().st_size > 10_000


def installed_library(environment: Path) -> Path:
    command = environment / "bin" / "streamtrack"
    path = Path(output_of(command, "deepstream", "lib-path", cwd=environment).strip())
    assert environment in path.parents, "the library must be the wheel's, not the checkout's"
    return path


def test_the_library_exports_the_tracker_api_and_nothing_else(environment: Path) -> None:
    library = installed_library(environment)
    symbols = output_of("nm", "-D", "--defined-only", library, cwd=environment).splitlines()
    assert {line.split()[-1] for line in symbols if " A " not in line} == NVMOT


def test_the_library_loads_as_deepstream_loads_it(environment: Path) -> None:
    library = ctypes.CDLL(os.fspath(installed_library(environment)), os.RTLD_NOW)
    for name in NVMOT:
        assert getattr(library, name)


def test_the_library_is_hardened_and_needs_nothing_unusual(environment: Path) -> None:
    library = installed_library(environment)
    dynamic = output_of("readelf", "-dW", library, cwd=environment)
    needed = {line.split("[")[1].rstrip("]") for line in dynamic.splitlines() if "(NEEDED)" in line}
    usual = {"libc.so", "libm.so", "libdl.so", "libpthread.so", "libstdc++.so", "libgcc_s.so"}
    assert {name[: name.index(".so") + 3] for name in needed} <= usual
    assert "TEXTREL" not in dynamic
    assert "BIND_NOW" in dynamic or "NOW" in dynamic
    segments = output_of("readelf", "-lW", library, cwd=environment)
    assert "GNU_RELRO" in segments
    [stack] = [line for line in segments.splitlines() if "GNU_STACK" in line]
    assert "RWE" not in stack


def test_importing_loads_nothing_that_only_some_callers_need(environment: Path) -> None:
    def loaded_by(module: str) -> set[str]:
        code = f"import sys, {module}; print(*sys.modules)"
        return set(output_of(environment / "bin" / "python", "-c", code, cwd=environment).split())

    extra = loaded_by("streamtrack") - loaded_by("numpy")
    heavy = {"yaml", "click", "rich", "PIL", "ctypes", "tempfile", "subprocess", "asyncio"}
    assert {name.partition(".")[0] for name in extra} & heavy == set()
    rooms = {name.split(".")[1] for name in extra if name.startswith("streamtrack.")}
    assert rooms <= {"_core", "arrays", "config", "parameters", "tracker"}
