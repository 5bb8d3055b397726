"""The tarball and the Debian package hold the wheel's library and install it alike."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.release.conftest import DIST, run, wheel_of

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def bundle(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    if not found:
        pytest.skip("needs the tarballs and Debian packages in dist: make wheels")
    return found[-1]


@pytest.mark.parametrize("machine", MACHINES)
def test_both_hold_the_bytes_of_the_wheel(machine: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel_of("cp312-abi3", machine)) as wheel:
        library = wheel.read("streamtrack/lib/libByteTracker.so")
    archive = bundle(f"streamtrack-deepstream-*-{machine}.tar.gz")
    top = archive.name.removesuffix(".tar.gz")
    with tarfile.open(archive) as file:
        assert sorted(file.getnames()) == sorted(
            [top]
            + [f"{top}/{name}" for name in ("LICENSE", "THIRD_PARTY_LICENSES", "install.sh")]
            + [f"{top}/config_tracker_ByteTrack.yml", f"{top}/lib"]
            + [f"{top}/lib/libByteTracker.so"]
        )
        member = file.extractfile(f"{top}/lib/libByteTracker.so")
        assert member is not None
        assert member.read() == library
        assert file.getmember(f"{top}/install.sh").mode == 0o755
    package = bundle(f"streamtrack-deepstream_*_{MACHINES[machine]}.deb")
    run("dpkg", "-x", package, tmp_path)
    assert (tmp_path / "usr/lib/streamtrack/libByteTracker.so").read_bytes() == library
    assert run("dpkg-deb", "-f", package, "Architecture").strip() == MACHINES[machine]


def test_the_debian_package_installs_and_goes(tmp_path: Path) -> None:
    """With a dpkg database of its own, so that this machine keeps out of it."""
    package = bundle("streamtrack-deepstream_*_amd64.deb")
    database = tmp_path / "dpkg"
    (database / "updates").mkdir(parents=True)
    (database / "info").mkdir()
    (database / "status").touch()
    root = tmp_path / "root"
    root.mkdir()
    dpkg = ("dpkg", f"--admindir={database}", f"--instdir={root}", "--log=/dev/null")
    forces = ("--force-not-root", "--force-depends")  # its libc6 is not in this database
    run(*dpkg, *forces, "-i", package)
    assert (root / "usr/lib/streamtrack/libByteTracker.so").is_file()
    run(*dpkg, *forces, "--purge", "streamtrack-deepstream")
    assert not (root / "usr/lib/streamtrack").exists()
