"""Who lacks an extra is told its name, in one line, wherever it is first needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamtrack.simulation import save_scene, simulate

# A process in which some packages cannot be imported, as where they are not installed.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({hidden!r}))
from streamtrack.cli import main
sys.argv = {words!r}
sys.exit(main())
"""
CASES = {
    "video": (["av"], ["track", "street.mp4", "-o", "out"]),
    "eval": (["trackeval"], ["eval", "--gt", "gate", "--tracks", "gate"]),
    "parquet": (["pyarrow"], ["convert", "gate", "-o", "gate.parquet"]),
    "tune": (["optuna"], ["tune", "--gt", "gate", "gate", "-o", "tuned.yml"]),
    "rerun": (["rerun"], ["report", "tracks", "-o", "r.html", "--rerun", "r.rrd"]),
    "ray": (["ray"], ["track", "gate", "-o", "out", "--engine", "ray"]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extras")
    save_scene(simulate("gate", people=4, frames=20, seed=1), folder / "gate")
    (folder / "street.mp4").touch()
    words = ["streamtrack", "track", "gate", "-o", "tracks"]
    assert run(WITHOUT.format(hidden=[], words=words), folder).returncode == 0
    return folder


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("extra", CASES)
def test_a_command_names_the_extra(extra: str, folder: Path) -> None:
    hidden, words = CASES[extra]
    done = run(WITHOUT.format(hidden=hidden, words=["streamtrack", *words]), folder)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("streamtrack: error: ")
    assert line.endswith(f"pip install 'streamtrack[{extra}]'")


def test_the_demo_goes_on_without_pictures(folder: Path) -> None:
    words = ["streamtrack", "demo", "-o", "demo", "--frames", "10"]
    done = run(WITHOUT.format(hidden=["PIL"], words=words), folder)
    assert done.returncode == 0, done.stderr
    assert "picture  none: pip install 'streamtrack[picture]' for it" in done.stdout


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("picture", "PIL", "picture"),
        ("video", "av", "video"),
        ("video", "cv2", "video"),
        ("video.onnx_model", "onnxruntime", "video"),
    ],
)
def test_a_module_names_the_extra(module: str, package: str, extra: str, folder: Path) -> None:
    done = run(f"import sys; sys.modules[{package!r}] = None; import streamtrack.{module}", folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"pip install 'streamtrack[{extra}]'")


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("pandas", "frames.to_pandas([])"),
        ("polars", "frames.to_polars([])"),
        ("supervision", "supervision.detections_of(None)"),
    ],
)
def test_a_bridge_names_the_library(library: str, call: str, folder: Path) -> None:
    hide = f"import sys; sys.modules[{library!r}] = None"
    done = run(f"{hide}; from streamtrack.interop import frames, supervision; {call}", folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"; pip install {library}")
