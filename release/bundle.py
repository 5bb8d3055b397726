"""Packs the library for machines without pip: `python -m release.bundle` makes .tar.gz and .deb.

Both take the files out of the wheels in `dist`, so that every way of installing gives the same
bytes, and the Debian package is what install.sh leaves in an empty folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from release.targets import TARGETS, Target
from release.wheels import DIST, WORK

CONFIG = "config_tracker_ByteTrack.yml"
TOP_FILES = ("install.sh", CONFIG, "LICENSE", "THIRD_PARTY_LICENSES")

CONTROL = """\
Package: streamtrack-deepstream
Version: {version}
Architecture: {architecture}
Maintainer: streamtrack maintainers <maintainers@users.noreply.github.com>
Section: video
Priority: optional
Depends: libc6 (>= 2.17)
Description: ByteTrack for NVIDIA DeepStream
 A low-level tracker library for Gst-nvtracker, with the same tracks as the
 Python package streamtrack. Works with DeepStream 6.0 and later.
"""


def main() -> int:
    """Packs the library of every wheel's machine; returns 1 where there is no wheel."""
    wheels = {target: sorted(DIST.glob(f"*-abi3-*{target.machine}.whl")) for target in TARGETS}
    if not any(wheels.values()):
        print("there must be wheels in dist, got none: run make wheels first", file=sys.stderr)
        return 1
    for target, found in wheels.items():
        if found:
            folder = unpack(found[-1], target)
            print(tarball(folder).name)
            print(debian_package(folder, target).name)
    return 0


def unpack(wheel: Path, target: Target) -> Path:
    """Takes the library and what belongs to it out of a wheel into the tarball's folder."""
    version = wheel.name.split("-")[1]
    folder = WORK / f"streamtrack-deepstream-{version}-{target.machine}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lib").mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in (*TOP_FILES, "libByteTracker.so"):
            path = folder / name if name in TOP_FILES else folder / "lib" / name
            path.write_bytes(archive.read(f"streamtrack/lib/{name}"))
            path.chmod(0o755 if name == "install.sh" else 0o644)
    return folder


def tarball(folder: Path) -> Path:
    """Packs the folder, as root's files."""
    path = DIST / f"{folder.name}.tar.gz"

    def as_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, folder.name, filter=as_root)
    return path


def debian_package(folder: Path, target: Target) -> Path:
    """Packs what install.sh puts below /usr."""
    version = folder.name.split("-")[2]
    tree = WORK / "debian-package" / target.debian
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    control = CONTROL.format(version=version, architecture=target.debian)
    (tree / "DEBIAN/control").write_text(control)
    # dpkg asks before it replaces a changed configuration; the marker is for install.sh alone.
    (tree / "DEBIAN/conffiles").write_text(f"/usr/lib/streamtrack/{CONFIG}\n")
    subprocess.run(
        ["sh", str(folder / "install.sh"), "--prefix", "/usr"],
        env=os.environ | {"DESTDIR": str(tree)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    for name in (".installed", "install.sh"):
        (tree / "usr/lib/streamtrack" / name).unlink()
    path = DIST / f"streamtrack-deepstream_{version}_{target.debian}.deb"
    build = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(path)]
    subprocess.run(build, stdout=subprocess.DEVNULL, check=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
