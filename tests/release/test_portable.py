"""Every native file of every built wheel runs on any Linux since 2014."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.release.conftest import DIST
from tests.release.elf import Elf

MACHINES = {"x86_64": "x64", "aarch64": "AArch64"}
# The loader is a part of the C library, and present wherever anything runs.
NEEDED = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0"}
LOADERS = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
EXECUTABLE_STACK = 1
BIND_NOW = 8


WHEELS = sorted(path.name for path in DIST.glob("*.whl"))


@pytest.fixture(scope="module", params=WHEELS or ["none"])
def wheel(request: pytest.FixtureRequest) -> Path:
    if not WHEELS:
        pytest.skip("needs the built wheels in dist: make wheels")
    return DIST / str(request.param)


@pytest.fixture
def native_files(wheel: Path, tmp_path: Path) -> dict[str, Elf]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".so")]
        return {
            Path(name).name.split(".")[0]: Elf(Path(archive.extract(name, tmp_path)))
            for name in names
        }


def test_the_wheel_is_a_manylinux_one_with_three_native_files(
    wheel: Path, native_files: dict[str, Elf]
) -> None:
    assert "manylinux_2_17" in wheel.name
    assert native_files.keys() == {"_core", "libByteTracker", "libnvdsgst_tracker"}
    [machine] = [name for tag, name in MACHINES.items() if wheel.stem.endswith(tag)]
    assert {file.machine for file in native_files.values()} == {machine}


def test_they_ask_for_an_old_c_library_alone(native_files: dict[str, Elf]) -> None:
    for name, file in native_files.items():
        assert file.newest_glibc <= (2, 17), name
        assert file.needed - LOADERS <= NEEDED, name


def test_they_are_hardened(native_files: dict[str, Elf]) -> None:
    for name, file in native_files.items():
        assert "PT_GNU_RELRO" in file.segments, name
        assert file.segments["PT_GNU_STACK"] & EXECUTABLE_STACK == 0, name
        assert not file.dynamic_tags & {"DT_TEXTREL", "DT_RPATH", "DT_RUNPATH"}, name
    assert native_files["libByteTracker"].flags & BIND_NOW


def test_they_export_what_is_asked_for_and_nothing_else(native_files: dict[str, Elf]) -> None:
    assert {name[:6] for name in native_files["libByteTracker"].exports} == {"NvMOT_"}
    assert native_files["_core"].exports == {"PyInit__core"}
