"""Pieces of the core against slow twins in C++: overlaps, assignment, order, filter; and ids."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "core-tests"


def run(*command: str | Path) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def run_program(name: str) -> str:
    run("cmake", "-S", ROOT, "-B", FOLDER, "-DNATIVE_TESTS=ON")
    run("cmake", "--build", FOLDER, "--target", name, "--", "-j2")
    return run(FOLDER / "tests" / "native" / name)


def test_the_core_agrees_with_its_slow_twins() -> None:
    assert run_program("core_tests").endswith("0 failed\n")


def test_threads_change_nothing() -> None:
    assert run_program("core_threads").endswith("0 failed\n")


def test_ids_of_a_large_installation_never_meet() -> None:
    assert run_program("id_simulation").endswith("0 failed\n")
