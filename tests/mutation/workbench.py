"""A copy of the core in which one file at a time is wrong, and what is built of it.

Only what a fault touches is compiled again, and where the compiler makes the same code of it, there
is nothing to test.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant

FOLDER = ROOT / ".build" / "mutation"
TREE = FOLDER / "tree"  # holds core/; found before the true one
COMPILER = os.environ.get("CXX", "c++")
FLAGS = "-std=c++17 -fPIC -DNDEBUG -ffp-contract=off -w -pthread".split()  # noqa: SIM905
FLAGS += ['-DSTREAMTRACK_VERSION="0"']


class DoesNotCompileError(Exception):
    """The fault is none that a compiler lets through."""


class IsEquivalentError(Exception):
    """The compiler makes the same code of it."""


def run(command: list[str | Path]) -> bool:
    words = [str(word) for word in command]
    return subprocess.run(words, check=False, capture_output=True, timeout=600).returncode == 0


def binding_includes() -> list[str]:
    import nanobind
    import numpy as np

    source = Path(nanobind.source_dir())
    return [
        f"-I{nanobind.include_dir()}",
        f"-I{source.parent / 'ext' / 'robin_map' / 'include'}",
        f"-I{sysconfig.get_path('include')}",
        f"-I{np.get_include()}",
        "-fvisibility=hidden",
    ]


def nanobind_source() -> Path:
    import nanobind

    return Path(nanobind.source_dir()) / "nb_combined.cpp"


class Workbench:
    """The objects of the true core, and beside them those of the present mutant."""

    def __init__(self) -> None:
        shutil.rmtree(TREE, ignore_errors=True)
        shutil.copytree(ROOT / "core", TREE / "core")
        self.core = sorted((TREE / "core").glob("*.cpp"))
        native = ROOT / "tests" / "native"
        self.core_tests = sorted(native.glob("*_tests.cpp"))
        self.core_scenarios = [native / "core_scenarios.cpp"]
        self.core_threads = [native / "core_threads.cpp"]
        self.native = [*self.core_tests, *self.core_scenarios, *self.core_threads]
        self.bindings = [*sorted((ROOT / "python" / "bindings").glob("*.cpp")), nanobind_source()]
        self.library = sorted((ROOT / "deepstream").glob("*.cpp"))
        self.library += sorted((ROOT / "deepstream" / "layout").glob("*.cpp"))
        self.changed: dict[Path, Path] = {}  # source -> the mutant's object
        self.affected: set[Path] = set()  # sources that read the mutant's file
        self.includes = {source: binding_includes() for source in self.bindings}

    def prepare(self) -> None:
        """Compiles everything as it is."""
        for source in [*self.core, *self.native, *self.bindings, *self.library]:
            if not self.is_fresh(source) and not self.compile(source, self.pristine(source)):
                raise RuntimeError(f"{source} must compile before it is changed")

    def is_fresh(self, source: Path) -> bool:
        """An earlier run's object is still that of its source."""
        built = self.pristine(source)
        if not built.exists():
            return False
        read = built.with_suffix(".d").read_text().replace("\\\n", " ").split()[1:]
        return all(
            Path(name).exists() and Path(name).stat().st_mtime < built.stat().st_mtime
            for name in read
        )

    def pristine(self, source: Path) -> Path:
        return FOLDER / "pristine" / f"{source.parent.name}_{source.stem}.o"

    def compile(self, source: Path, target: Path) -> bool:
        target.parent.mkdir(parents=True, exist_ok=True)
        level = "-O1" if source.parent == TREE / "core" or source in self.native else "-O0"
        avx2 = ["-mavx2"] if source.stem.endswith("_avx2") else []
        includes = [f"-I{TREE}", f"-I{ROOT}", *self.includes.get(source, [])]
        depends = ["-MMD", "-MF", str(target.with_suffix(".d"))]
        words = [*FLAGS, level, *avx2, *includes, *depends, "-c", str(source), "-o", str(target)]
        return run([COMPILER, *words])

    def put_in(self, mutant: Mutant) -> None:
        """Makes the tree that of the mutant, and compiles what reads its file until code differs.

        Raises:
            DoesNotCompileError: One of these files.
            IsEquivalentError: Each gives the same object code.
        """
        file = TREE / mutant.path
        file.write_text(mutant.source())
        self.affected = set(self.readers(file))
        for source in self.affected.intersection(self.core):
            self.compile_changed(source)
        if not any(map(self.differs, self.changed)) and not any(
            map(self.differs, self.affected - self.changed.keys())
        ):
            raise IsEquivalentError

    def differs(self, source: Path) -> bool:
        if source not in self.changed:
            self.compile_changed(source)
        return self.changed[source].read_bytes() != self.pristine(source).read_bytes()

    def take_out(self, mutant: Mutant) -> None:
        shutil.copy2(ROOT / mutant.path, TREE / mutant.path)
        shutil.rmtree(FOLDER / "changed", ignore_errors=True)
        self.changed.clear()

    def readers(self, file: Path) -> Iterable[Path]:
        for source in [*self.core, *self.native, *self.bindings, *self.library]:
            depends = self.pristine(source).with_suffix(".d").read_text()
            if str(file) in depends.replace("\\\n", " ").split():
                yield source

    def compile_changed(self, source: Path) -> None:
        target = FOLDER / "changed" / self.pristine(source).name
        if not self.compile(source, target):
            raise DoesNotCompileError
        self.changed[source] = target

    def link(self, name: str, sources: list[Path], options: str = "") -> Path:
        """A program or library of these and of the core; what the mutant touches is made anew."""
        for source in self.affected.intersection(sources) - self.changed.keys():
            self.compile_changed(source)
        objects = [self.changed.get(s, self.pristine(s)) for s in [*self.core, *sources]]
        target = FOLDER / name
        # A new file each time: one that a child still has mapped must not change.
        target.unlink(missing_ok=True)
        if not run([COMPILER, "-pthread", *objects, "-o", target, *shlex.split(options)]):
            raise DoesNotCompileError
        return target
