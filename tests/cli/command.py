"""Runs the installed command as a user does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("streamtrack")
# The same where Ctrl-C counts: a shell's background job, which the tests may be, ignores it.
INTERRUPTIBLE = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "import sys; from streamtrack.cli import main; sys.exit(main())",
]


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `streamtrack WORDS...` in a process of its own, with nothing on its standard input."""
    return subprocess.run(
        [COMMAND, *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )


def succeed(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command and expects it to succeed."""
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done


def fail(*words: str | Path, cwd: Path | None = None) -> str:
    """Runs the command, expects it to fail with one clear line, and returns that line."""
    done = run(*words, cwd=cwd)
    assert done.returncode != 0
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("streamtrack: error: ")
    return line.removeprefix("streamtrack: error: ")
