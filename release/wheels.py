"""Builds the sdist and the wheels: `python -m release.wheels`.

Wheels come from the sdist, never from the tree, so that what is built is what is shipped. Those for
the other processor are cross-built: zig brings its compiler and C library, the headers of CPython
are the same, and nothing of the package runs during the build.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from release.interpreters import Interpreter, interpreters, missing
from release.targets import TARGETS, Target, toolchain

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".build" / "release"
DIST = ROOT / "dist"


def main() -> int:
    """Builds everything into `dist`; returns 1 if a Python version was not to be had."""
    machines = [target.machine for target in TARGETS]
    parser = argparse.ArgumentParser(description="Build the sdist and the wheels into dist/.")
    parser.add_argument("--machine", choices=machines, action="append", help="all if left out")
    parser.add_argument("--newest-only", action="store_true", help="the stable ABI's wheel alone")
    chosen = parser.parse_args()
    found = interpreters()
    lacking = missing(found)
    for version in lacking:
        print(f"not built: wheels for CPython {version}: put it on PATH, with its headers")
    source = unpack_sdist(build_sdist())
    for target in TARGETS:
        if target.machine in (chosen.machine or machines):
            for interpreter in found[-1:] if chosen.newest_only else found:
                print(build_wheel(source, interpreter, target).relative_to(ROOT), flush=True)
    return 1 if lacking else 0


def build_sdist() -> Path:
    """Builds the source distribution and returns its path."""
    DIST.mkdir(exist_ok=True)
    for old in DIST.glob("streamtrack-[0-9]*.tar.gz"):
        old.unlink()
    run([sys.executable, "-m", "build", "--sdist", "-o", str(DIST), str(ROOT)])
    return next(DIST.glob("streamtrack-[0-9]*.tar.gz"))


def unpack_sdist(archive: Path) -> Path:
    """Unpacks the sdist to the same place each time, so that ccache knows its files again."""
    folder = WORK / "source"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return next(folder.iterdir())


def build_wheel(source: Path, interpreter: Interpreter, target: Target) -> Path:
    """Builds one wheel with its interpreter and returns its path in `dist`."""
    raw = WORK / "wheels" / f"{interpreter.tags}-{target.machine}"
    shutil.rmtree(raw, ignore_errors=True)
    machine_tag = f"cpython-3{interpreter.version[1]}-{target.machine}-linux-gnu"
    environment = {
        "_PYTHON_HOST_PLATFORM": f"linux-{target.machine}",
        "SETUPTOOLS_EXT_SUFFIX": f".{machine_tag}.so",
        "SKBUILD_CMAKE_DEFINE": f"CMAKE_TOOLCHAIN_FILE={toolchain(target, WORK)}",
        "ZIG_GLOBAL_CACHE_DIR": str(WORK / "zig-cache"),  # shared with another zig, it is void
        "CCACHE_DIR": str(WORK / "ccache"),
        "CCACHE_COMPILERTYPE": "clang",
        "CCACHE_COMPILERCHECK": "content",
        "SKBUILD_INSTALL_STRIP": "false",  # the linker has done it; strip knows one processor only
    }
    pip = [sys.executable, "-m", "pip", "-q", "--python", str(interpreter.path)]
    run([*pip, "wheel", "--no-deps", "-w", str(raw), str(source)], environment)
    # Adds nothing, since everything is linked in: finds out the tag that the wheel deserves.
    for old in DIST.glob(f"*-{interpreter.tags}-*{target.machine}.whl"):
        old.unlink()
    repair = [sys.executable, "-m", "auditwheel", "repair", "--plat", "auto"]
    run([*repair, "-w", str(DIST), str(next(raw.glob("*.whl")))])
    return next(DIST.glob(f"*-{interpreter.tags}-*{target.machine}.whl"))


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Runs a command, with this environment's tools on its PATH; what it says matters if it fails.

    Raises:
        SystemExit: The command failed.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = os.environ | {"PATH": path} | (environment or {})
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
