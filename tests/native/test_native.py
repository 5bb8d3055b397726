"""The native driver plays its scenarios through libByteTracker.so, as every DeepStream version."""

import filecmp
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = ROOT / "deepstream" / "layout"
DRIVER = ROOT / ".build" / "native" / "tests" / "native" / "nvmot_driver"
MEMORY = DRIVER.with_name("nvmot_memory")  # the same with a malloc that counts and fails
FAULTS = DRIVER.with_name("nvmot_faults")  # the same with files that fail and clocks that jump
SOAK = DRIVER.with_name("nvmot_soak")
VERSIONS = [v for v in json.loads((LAYOUT / "layout.json").read_text()) if not v.startswith("5.")]


def run(*command: str | Path, timeout: int = 300) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="session")
def library() -> Path:
    """libByteTracker.so and the driver, built as a DeepStream machine builds them."""
    folder = ROOT / ".build" / "native"
    run("cmake", "-S", ROOT, "-B", folder, "-DNATIVE_TESTS=ON")
    run(
        "cmake",
        "--build",
        folder,
        "--target",
        "ByteTracker",
        "nvmot_driver",
        "nvmot_memory",
        "nvmot_faults",
        "nvmot_soak",
        "nvmot_replay",
        "--",
        "-j2",
    )
    return ROOT / "lib" / "libByteTracker.so"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_scenario(library: Path, version: str) -> None:
    assert "FAILED" not in run(DRIVER, library, version)


CALLS = ["life", "hostile", "reloads", "failures", "wrong_calls", "contexts", "live_change"]
CALLS += ["misc_data"]
FILES = ["recording", "metrics", "state_file"]


@pytest.mark.parametrize(
    "scenario",
    [
        "out_of_memory",
        "hundred_reloads",
        "steady_frames",
        "core_frames",
        "core_out_of_memory",
        "core_snapshots",
        "core_covariance",
    ],
)
def test_memory(library: Path, scenario: str) -> None:
    assert f"ok {scenario}" in run(MEMORY, library, "7.1", scenario)


@pytest.mark.parametrize(
    "scenario",
    [
        "failing_files",
        "ended_in_writes",
        "never_closed",
        "forked_in_a_write",
        "clock_jumps",
        "reload_in_one_second",
        "paths",
    ],
)
def test_fault(library: Path, scenario: str) -> None:
    assert f"ok {scenario}" in run(FAULTS, library, "7.1", scenario)


@pytest.mark.parametrize("variant", ["plain", "misc_data", "files"])
def test_three_rounds_of_the_soak(library: Path, variant: str) -> None:
    assert f"ok {variant}" in run(SOAK, library, "9.1", variant, "0")


# One version of every layout, and the files once: valgrind takes its time.
@pytest.mark.parametrize(
    ("version", "scenarios"),
    [
        *((version, CALLS) for version in ["6.2", "6.3", "6.4", "7.1", "8.0", "9.0"]),
        ("9.1", CALLS + FILES),
    ],
)
def test_valgrind_finds_nothing(library: Path, version: str, scenarios: list[str]) -> None:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        pytest.skip("valgrind is not installed: apt-get install valgrind")
    options = ["-q", "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=all"]
    run(valgrind, *options, "--error-exitcode=9", DRIVER, library, version, *scenarios)


@pytest.mark.parametrize("scenario", ["silent_frames", "silent_frames_with_files"])
def test_frames_make_no_system_call(library: Path, scenario: str, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: apt-get install strace")
    log = tmp_path / "calls"
    run(strace, "-f", "-o", log, DRIVER, library, "7.1", scenario)
    calls = log.read_text().splitlines()
    begin, end = (
        next(k for k, call in enumerate(calls) if f'access("/silent frames {word}"' in call)
        for word in ("begin", "end")
    )
    thread = calls[begin].split()[0]
    assert begin > 10  # strace saw the program load
    between = [call for call in calls[begin + 1 : end] if call.split()[0] == thread]
    # Where another thread called something meanwhile, the first word's end has a line of its own.
    assert [call for call in between if "<... access resumed>" not in call] == []


def test_only_nvmot_is_exported(library: Path) -> None:
    names = run("nm", "-D", "--defined-only", library).split()[2::3]
    assert sorted(names) == [
        "NvMOT_DeInit",
        "NvMOT_Init",
        "NvMOT_Process",
        "NvMOT_ProcessPast",
        "NvMOT_Query",
        "NvMOT_RemoveStreams",
        "NvMOT_RetrieveMiscData",
        "NvMOT_UpdateParams",
    ]


def test_the_library_is_hardened(library: Path) -> None:
    dynamic = run("readelf", "-dlW", library)
    assert "BIND_NOW" in dynamic
    assert "GNU_RELRO" in dynamic
    assert "TEXTREL" not in dynamic
    stack = next(line for line in dynamic.splitlines() if "GNU_STACK" in line)
    assert "RWE" not in stack


def test_the_asserts_are_those_of_the_table(tmp_path: Path) -> None:
    run(sys.executable, LAYOUT / "generate_asserts.py", "--output", tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in (LAYOUT / "asserts").iterdir())
    assert filecmp.cmpfiles(tmp_path, LAYOUT / "asserts", names, shallow=False)[0] == names
