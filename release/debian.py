"""Unpacks Debian packages of any architecture and suite into folders, without touching the system.

apt runs with a state of its own, so this needs neither root nor a change of the machine's sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def unpack(packages: Sequence[str], target: Path, *, architecture: str, suite: str) -> Path:
    """Unpacks packages into one folder, which a second call finds done, and returns it.

    Args:
        packages: Names such as `libyaml-dev`; what they depend on is not brought along.
        target: The folder that becomes their root.
        architecture: As Debian names it: `amd64` or `arm64`.
        suite: A Debian release that the mirror still carries.
    """
    target = target.absolute()
    label = target / ".packages"
    if label.is_file() and label.read_text().split() == list(packages):
        return target
    shutil.rmtree(target, ignore_errors=True)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    downloads = partial / "downloads"
    apt = [*_apt(partial / "apt", architecture, suite)]
    downloads.mkdir()
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", *packages], check=True, cwd=downloads)
    for archive in downloads.iterdir():
        subprocess.run(["dpkg", "-x", str(archive), str(partial / "root")], check=True)
    root = partial / "root"
    if not (root / "lib").exists():  # since trixie all lies below /usr
        (root / "lib").symlink_to("usr/lib")
    (root / label.name).write_text("\n".join(packages))
    root.rename(target)
    shutil.rmtree(partial)
    return target


def _apt(state: Path, architecture: str, suite: str) -> list[str]:
    for needed in ("lists/partial", "archives/partial"):
        (state / needed).mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} {suite} main\n")
    options = [
        f"APT::Architecture={architecture}",
        f"APT::Architectures={architecture}",
        f"Dir::State={state}",
        f"Dir::State::status={state}/status",
        f"Dir::Cache={state}",
        f"Dir::Etc::sourcelist={state}/sources.list",
        "Dir::Etc::sourceparts=-",
        "Acquire::Languages=none",
        *(["APT::Sandbox::User=root"] if os.geteuid() == 0 else []),
    ]
    return ["apt-get", "-qq", *(word for option in options for word in ("-o", option))]
