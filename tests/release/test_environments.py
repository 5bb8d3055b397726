"""The built wheels, in empty environments of the Pythons that they are for."""

from __future__ import annotations

import platform
import zipfile
from pathlib import Path

import pytest
from streamtrack.simulation import save_scene, simulate

from release.interpreters import Interpreter, interpreters
from tests.release.conftest import run, wheel_of
from tests.release.environment import BASE, Environment


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda one: one.tags)
def test_a_wheel_is_all_that_is_needed(interpreter: Interpreter, tmp_path: Path) -> None:
    wheel = wheel_of(interpreter.tags, platform.machine())
    environment = Environment(interpreter.path, tmp_path / "environment")
    environment.install(wheel)
    assert environment.packages() - {"typing-extensions"} == {"streamtrack"} | BASE
    library = Path(run(environment.command, "deepstream", "lib-path").strip())
    assert environment.folder in library.parents
    with zipfile.ZipFile(wheel) as archive:
        assert library.read_bytes() == archive.read("streamtrack/lib/libByteTracker.so")
    run(environment.command, "demo", "-o", tmp_path / "demo", "--frames", "30")
    save_scene(simulate("gate", people=9, frames=60, seed=2), tmp_path / "gate")
    for via in ("core", "deepstream"):
        words = (tmp_path / "gate", "-o", tmp_path / via, "--via", via)
        run(environment.command, "track", *words)
    tracks = (tmp_path / "core/gate.txt").read_bytes()
    assert tracks == (tmp_path / "deepstream/gate.txt").read_bytes()
    assert tracks.count(b"\n") > 100
