"""A Debian of 2021 with glibc 2.31, g++ 9 and CMake 3.10, without Python and without network.

It stands for Ubuntu 18.04 and 20.04, on which DeepStream 6 lives. The native driver plays every
DeepStream version's calls there, with the released library and with one that is built there.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.release.conftest import CHECKOUT, DIST, WORK, debian_root, run, wheel_of

ROOT = WORK / "roots" / "bullseye-amd64"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "g++-9,make,libyaml-dev"
CMAKE = "cmake==3.10.3"
LAYOUT = CHECKOUT / "deepstream" / "layout" / "layout.json"
VERSIONS = [v for v in json.loads(LAYOUT.read_text()) if not v.startswith("5.")]
HOME = "/streamtrack"  # in the old system


def inside(command: str) -> str:
    """Runs a shell command in the old system, where only the loopback network exists."""
    root = shlex.quote(str(ROOT))
    enter = f"mount -t proc proc {root}/proc && exec chroot {root} sh -ec "
    return run(
        *("/usr/bin/unshare", "--net", "--mount", "sh", "-ec"),
        enter + shlex.quote(f"cd {HOME}; {command}"),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "CC": "gcc-9", "CXX": "g++-9"},
    )


def make_old_system() -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    installer = debian_root("debootstrap", "debootstrap")
    folder = os.fspath(installer / "usr/share/debootstrap")
    run(
        *(installer / "usr/sbin/debootstrap", "--variant=minbase", f"--include={PACKAGES}"),
        *("bullseye", ROOT, MIRROR),
        env=os.environ | {"DEBOOTSTRAP_DIR": folder},
    )


@pytest.fixture(scope="module")
def old_system() -> Iterator[Path]:
    """The folder of the old system that holds the sources."""
    if os.geteuid() != 0:
        pytest.skip("needs root to enter another system: run it as root")
    archives = sorted(DIST.glob("streamtrack-[0-9]*.tar.gz"))
    if not archives:
        pytest.skip("needs the source distribution in dist: make wheels")
    if not (ROOT / "usr/bin/g++-9").exists():
        make_old_system()
    home = ROOT / HOME[1:]
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    with tarfile.open(archives[-1]) as archive:
        archive.extractall(home, filter="data")
    next(home.glob("streamtrack-*")).rename(home / "source")
    yield home
    shutil.rmtree(home)


def driver_sources(folder: Path) -> str:
    """What CMakeLists.txt makes the driver of."""
    text = (folder / "CMakeLists.txt").read_text()
    targets = ("native_host STATIC", "nvmot_driver")
    lists = [re.search(rf"add_\w+\({target} ([^)]*)\)", text) for target in targets]
    words = " ".join(found[1] for found in lists if found).split()
    shared = re.search(r"set\(driver ([^)]*)\)", text)
    return " ".join(
        [*(word for word in words if word.endswith(".cpp")), shared[1] if shared else ""]
    )


@pytest.fixture(scope="module")
def driver(old_system: Path) -> str:
    """The native driver and the player of recordings beside it, compiled there."""
    native = old_system / "source/tests/native"
    table = native / "layout_table.inc"
    run(sys.executable, native / "generate_layout_table.py", LAYOUT, table)
    inside(
        f"cd source/tests/native; home={HOME}; "
        "gcc-9 -shared -fPIC -o $home/libdriver_plugin.so plugin.c; "
        f"g++-9 -std=c++17 -O1 -o $home/driver {driver_sources(native)} -I. -L$home "
        "-ldriver_plugin -Wl,-rpath,$home -ldl -lpthread; "
        "g++-9 -std=c++17 -O1 -I../.. -mavx2 -c -o $home/avx2.o ../../core/overlap_scan_avx2.cpp; "
        "g++-9 -std=c++17 -O1 -I../.. -ffp-contract=off -o $home/nvmot_replay replay.cpp "
        "../../core/*.cpp $home/avx2.o -lpthread"
    )
    return f"{HOME}/driver"


@pytest.mark.usefixtures("old_system")
def test_it_is_an_old_system_without_python() -> None:
    assert "2.31" in inside("ldd --version").splitlines()[0]
    assert not list((ROOT / "usr/bin").glob("python*"))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_released_library_works_there(driver: str, old_system: Path, version: str) -> None:
    with zipfile.ZipFile(wheel_of("cp312-abi3", "x86_64")) as wheel:
        wheel.extract("streamtrack/lib/libByteTracker.so", old_system)
    assert "FAILED" not in inside(f"{driver} streamtrack/lib/libByteTracker.so {version}")


def test_the_library_builds_there_with_an_old_cmake(
    driver: str, old_system: Path, tmp_path: Path
) -> None:
    run(
        *(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"),
        *("--platform", "manylinux1_x86_64", "--python-version", "3.6", "--abi", "cp36m"),
        *("-d", tmp_path, CMAKE),
    )
    with zipfile.ZipFile(next(tmp_path.glob("cmake-*.whl"))) as wheel:
        wheel.extractall(old_system)  # noqa: S202 (pip has checked it)
    cmake = f"{HOME}/cmake/data/bin/cmake"
    printed = inside(
        f"chmod +x {cmake}; {cmake} --version; cd source; mkdir build; cd build; {cmake} ..; "
        "make ByteTracker"
    )
    assert printed.startswith("cmake version 3.10.3")
    assert "warning" not in printed
    for version in VERSIONS:
        assert "FAILED" not in inside(f"{driver} source/lib/libByteTracker.so {version}")
