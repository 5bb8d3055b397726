"""The tests that a mutant meets, the quickest first; one that fails, crashes or hangs kills it."""

from __future__ import annotations

import importlib.util
import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.mutation.mutants import ROOT
from tests.mutation.workbench import FOLDER, Workbench

SECONDS = 120  # of the processor, and more of waiting: a mutant that hangs is killed
NATIVE_SECONDS = 20
PATIENCE = 2.5  # times as long
POLL = 0.02
QUICK = ["tests/python/test_tracker.py", "tests/laws/test_life.py"]
QUICK += ["tests/laws/test_twin_equality.py", "tests/python/test_many_streams.py"]
QUICK += ["tests/python/test_config.py", "tests/python/test_instruction_sets.py", "tests/laws"]
CORE_SCENARIOS = ["core_snapshots", "core_out_of_memory", "core_covariance", "core_frames"]
SLOW = ["test_what_is_written_reads_back_equal", "test_a_hundred_thousand_detections_in_a_frame"]
SLOW += ["test_threads_that_share_a_large_batch", "test_a_detector_that_pauses_for_long"]
SLOW += ["test_a_long_life_stays_exact"]


def limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # one that grows for ever ends too


def child_that(act: Callable[[], int], seconds: int = SECONDS) -> int:
    """The exit code of a child that does this; -1 where a signal or our patience ended it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            limit(seconds)
            silence = os.open(FOLDER / "child.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            code = act()
            sys.stdout.flush()
        finally:
            os._exit(code)
    for _ in range(
        int(PATIENCE * seconds / POLL)
    ):  # counted, not read off a clock: we may be stopped
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
        time.sleep(POLL)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def passes(program: Path, *arguments: str | Path, seconds: int = NATIVE_SECONDS) -> bool:
    """Whether a program ends well and in time."""

    def become() -> int:
        os.execv(program, [str(program), *map(str, arguments)])  # noqa: S606 (that is the point)

    return child_that(become, seconds) == 0


class Ladder:
    """Core's native tests; the native driver through the library; Python's tests and laws."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.driver = self.build_driver()
        self.warm_up()

    def build_driver(self) -> Path:
        """The driver knows the library only by dlopen, so no mutant reaches it."""
        build = FOLDER / "native"
        configure = ["cmake", "-S", str(ROOT), "-B", str(build), "-DNATIVE_TESTS=ON"]
        make = ["cmake", "--build", str(build), "--target", "nvmot_driver", "nvmot_replay"]
        make += ["nvmot_memory"]
        for command in (configure, make):
            subprocess.run(command, check=True, capture_output=True)
        return build / "tests" / "native" / "nvmot_driver"

    def core_scenarios(self) -> Path:
        """nvmot_memory around the mutant: all but the core and what reads it is as it was."""
        folder = self.driver.parent
        objects = (folder / "CMakeFiles" / "nvmot_memory.dir").glob("*.o")
        others = [str(one) for one in objects if one.name != "core_scenarios.cpp.o"]
        options = [*others, f"-L{folder}", f"-Wl,-rpath,{folder}"]
        options += ["-lnative_host", "-ldriver_plugin", "-ldl"]
        return self.bench.link("core_scenarios", self.bench.core_scenarios, shlex.join(options))

    def warm_up(self) -> None:
        """What every Python test imports; the children that test mutants have it from here."""
        import hypothesis
        import numpy as np
        import pytest
        import scipy.optimize

        self.pytest, _ = pytest, (np.zeros(1), scipy.optimize)
        hypothesis.settings.register_profile(
            "mutation",
            deadline=None,
            max_examples=12,
            database=None,
            derandomize=True,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )

    def climb(self, *, all_the_way: bool = False) -> str:
        """The rung that killed the mutant, or "survived".

        Args:
            all_the_way: With all examples and the recorded output of the original as well.
        """
        bench = self.bench
        if not passes(bench.link("core_tests", bench.core_tests)):
            return "core_tests"
        if not passes(self.core_scenarios(), "no library", "7.1", *CORE_SCENARIOS):
            return "core_scenarios"
        if not passes(bench.link("core_threads", bench.core_threads)):
            return "core_threads"
        exports = ROOT / "deepstream" / "exports.map"
        options = f"-shared -Wl,--version-script={exports} -l:libyaml.a -ldl"
        library = bench.link("libByteTracker.so", bench.library, options)
        if not passes(self.driver, library, "7.1", seconds=SECONDS):
            return "driver"
        extension = bench.link("_core.so", bench.bindings, "-shared")
        tests = child_that(lambda: self.run_python_tests(extension, all_the_way))
        return "survived" if tests == 0 else "python"

    def run_python_tests(self, extension: Path, all_the_way: bool) -> int:
        spec = importlib.util.spec_from_file_location("streamtrack._core", extension)
        if spec is None or spec.loader is None:
            return 71
        module = importlib.util.module_from_spec(spec)
        sys.modules["streamtrack._core"] = module  # the package takes it for its own
        spec.loader.exec_module(module)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is warm
        if all_the_way:
            return int(self.pytest.main([*options, *QUICK, "tests/python", "tests/reference"]))
        options += ["--hypothesis-profile=mutation", "-k", " and ".join(f"not {s}" for s in SLOW)]
        return int(self.pytest.main([*options, *QUICK]))
