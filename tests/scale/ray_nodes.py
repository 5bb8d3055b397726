"""Ray clusters for tests: started by Ray's own command, on this machine, gone afterwards."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RAY = Path(sys.executable).with_name("ray")
_STORE_BYTES = 100_000_000


class RayHome:
    """A folder of Ray's own and the environment of all that is started in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # sockets: 107 characters
        self.environment = {
            **os.environ,
            "RAY_TMPDIR": str(self.folder),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }

    def start_node(self, *words: str) -> str:
        """Runs `ray start WORDS...` with one CPU and returns what it printed."""
        done = subprocess.run(
            [
                RAY,
                "start",
                *words,
                "--num-cpus=1",
                f"--object-store-memory={_STORE_BYTES}",
                f"--temp-dir={self.folder}",
                "--disable-usage-stats",
            ],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start_two_nodes(self) -> str:
        """Starts a head and a second node; returns the address to join."""
        printed = self.start_node("--head", "--port=0", "--include-dashboard=false")
        port = re.findall(r"--address='[^']*:(\d+)'", printed)[0]
        address = f"127.0.0.1:{port}"
        self.start_node(f"--address={address}")
        return address

    def processes(self) -> list[int]:
        """Every process that was started with this environment."""
        mark = f"RAY_TMPDIR={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                try:
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
                except OSError:
                    continue  # it ended, or is another user's
        return found

    def stop(self) -> None:
        """Ends every process of this home and removes its folder."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for process in self.processes():
                try:
                    os.kill(process, sign)
                except ProcessLookupError:
                    continue
            if wait_until(lambda: not self.processes(), 2):
                break
        assert not self.processes()
        shutil.rmtree(self.folder, ignore_errors=True)


def parent_of(process: int) -> int:
    """The process that started another."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"^PPid:\s+(\d+)", status, re.MULTILINE)[0])


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Waits until something holds, at most so long; returns whether it does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
