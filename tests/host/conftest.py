"""A library that obeys NvMOT, or breaks one rule of it on demand, and frames to feed it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamtrack.host import Host, SourceFrame
from streamtrack.host.frames import Floats
from streamtrack.host.layout import table

SOURCE = Path(__file__).with_name("broken_library.cpp")


def layouts_as_cpp() -> str:
    """The table of layouts, an initialiser for each entry of the broken library's."""
    lines = []
    for version, structs in table().items():
        for struct, described in structs.items():
            lines.append(f'{{"{version}", "{struct}", {described["size"]}}},')
            lines += [
                f'{{"{version}", "{struct}.{name}", {at}}},'
                for name, (at, _) in described["fields"].items()
            ]
    return "\n".join(lines)


def compile_shared(source: Path, library: Path, *options: str) -> Path:
    """Builds a shared library of one source file."""
    compiler = shutil.which("g++") or "g++"
    flags = ["-std=c++17", "-O1", "-fPIC", "-shared", "-pthread", f"-I{source.parent}", *options]
    subprocess.run([compiler, *flags, "-o", str(library), str(source), "-ldl"], check=True)
    return library


def compile_library(folder: Path, *options: str) -> Path:
    """Builds the broken library in ``folder``."""
    (folder / "layouts.inc").write_text(layouts_as_cpp())
    return compile_shared(SOURCE, folder / "libbroken.so", f"-I{folder}", *options)


@pytest.fixture(scope="session")
def broken_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_library(tmp_path_factory.mktemp("broken"))


@pytest.fixture
def make_host(broken_library: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Host]:
    """Makes a host for the broken library: version, fault, then what Host takes."""

    def make(version: str, fault: str = "", **options: object) -> Host:
        monkeypatch.setenv("BROKEN_VERSION", version)
        monkeypatch.setenv("BROKEN_FAULT", fault)
        return Host(broken_library, version, **options)  # type: ignore[arg-type]

    return make


def boxes_of(frame: SourceFrame) -> Floats:
    """The frame's boxes as the host takes them."""
    return np.asarray(frame.boxes, np.float32)


def walkers(pad: int, number: int, count: int = 3, **options: object) -> SourceFrame:
    """A frame of people who walk to the right, well apart."""
    lefts = 100 + 150 * np.arange(count) + 2 * number
    boxes = np.column_stack(
        [lefts, np.full(count, 100 + 10 * pad), np.full(count, 50), np.full(count, 120)]
    )
    scores = np.linspace(0.7, 0.9, count)
    return SourceFrame(pad, number, boxes, scores, **options)  # type: ignore[arg-type]
