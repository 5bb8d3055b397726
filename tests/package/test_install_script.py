"""install.sh, as the tarball, the Debian package and `streamtrack deepstream install` use it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from streamtrack import deepstream
from streamtrack.cli import app

CONFIG = deepstream.CONFIG_NAME


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The files as the tarball holds them."""
    source = deepstream.library_path().parent
    folder = tmp_path / "archive"
    (folder / "lib").mkdir(parents=True)
    for name in ("install.sh", CONFIG, "LICENSE", "THIRD_PARTY_LICENSES"):
        shutil.copy(source / name, folder)
    shutil.copy(source / deepstream.LIBRARY_NAME, folder / "lib")
    return folder


def run(script: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", script, *words]
    env = os.environ | variables
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def succeed(script: Path, *words: str | Path, **variables: str) -> str:
    done = run(script, *words, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_installs_all_files_and_takes_them_away(archive: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix with a space"
    folder = prefix / "lib/streamtrack"
    printed = succeed(archive / "install.sh", "--prefix", prefix)
    assert f"ll-lib-file={folder}/libByteTracker.so" in printed
    assert f"ll-config-file={folder}/{CONFIG}" in printed
    shipped = (archive / "lib" / deepstream.LIBRARY_NAME).read_bytes()
    assert (folder / deepstream.LIBRARY_NAME).read_bytes() == shipped
    assert (folder / CONFIG).read_bytes() == (archive / CONFIG).read_bytes()
    assert (folder / "LICENSE").exists()
    # The installed copy takes the installation away, when the archive is long gone.
    succeed(folder / "install.sh", "--uninstall")
    assert list((prefix / "lib").iterdir()) == []


def test_keeps_a_changed_configuration(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lib/streamtrack"
    succeed(archive / "install.sh", "--prefix", tmp_path)
    (folder / CONFIG).write_text("track_high_thresh: 0.7\n")
    assert "kept your" in succeed(archive / "install.sh", "--prefix", tmp_path)
    assert (folder / CONFIG).read_text() == "track_high_thresh: 0.7\n"
    assert (folder / f"{CONFIG}.default").read_bytes() == (archive / CONFIG).read_bytes()
    assert "kept your" in succeed(archive / "install.sh", "--prefix", tmp_path, "--uninstall")
    assert [path.name for path in folder.iterdir()] == [CONFIG]
    assert "kept your" in succeed(archive / "install.sh", "--prefix", tmp_path)
    assert (folder / CONFIG).read_text() == "track_high_thresh: 0.7\n"


def test_an_upgrade_renews_an_unchanged_configuration(archive: Path, tmp_path: Path) -> None:
    succeed(archive / "install.sh", "--prefix", tmp_path)
    (archive / CONFIG).write_text("# a newer default\n")
    succeed(archive / "install.sh", "--prefix", tmp_path)
    assert (tmp_path / "lib/streamtrack" / CONFIG).read_text() == "# a newer default\n"


def test_a_library_of_others_is_not_lost(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lib/streamtrack"
    folder.mkdir(parents=True)
    library = folder / deepstream.LIBRARY_NAME
    library.write_text("built by hand")
    refused = run(archive / "install.sh", "--prefix", tmp_path)
    assert refused.returncode == 1
    assert f"{library} was not put there by install.sh, or was changed" in refused.stderr
    assert [path.read_text() for path in folder.iterdir()] == ["built by hand"]
    library.unlink()
    succeed(archive / "install.sh", "--prefix", tmp_path)
    library.write_text("built by hand later")
    assert run(archive / "install.sh", "--prefix", tmp_path).returncode == 1
    assert "kept your" in succeed(archive / "install.sh", "--prefix", tmp_path, "--uninstall")
    assert [path.read_text() for path in folder.iterdir()] == ["built by hand later"]


def test_goes_on_where_an_installation_was_broken_off(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lib/streamtrack"
    succeed(archive / "install.sh", "--prefix", tmp_path)
    (folder / ".installed").unlink()  # it is written last
    assert "kept your" not in succeed(archive / "install.sh", "--prefix", tmp_path)
    succeed(archive / "install.sh", "--prefix", tmp_path, "--uninstall")
    assert not folder.exists()


def test_other_users_can_read_what_a_careful_root_installs(archive: Path, tmp_path: Path) -> None:
    command = ["sh", "-c", 'umask 077; exec sh "$@"', "sh", str(archive / "install.sh"), "--prefix"]
    subprocess.run([*command, str(tmp_path / "prefix")], check=True, capture_output=True)
    installed = [tmp_path / "prefix", *(tmp_path / "prefix").rglob("*")]
    assert [path for path in installed if path.stat().st_mode & 0o044 != 0o044] == []


def test_a_running_pipeline_keeps_the_library_that_it_mapped(archive: Path, tmp_path: Path) -> None:
    succeed(archive / "install.sh", "--prefix", tmp_path)
    library = tmp_path / "lib/streamtrack" / deepstream.LIBRARY_NAME
    with library.open("rb") as mapped:
        before = mapped.read()
        (archive / "lib" / deepstream.LIBRARY_NAME).write_bytes(before + b"newer")
        succeed(archive / "install.sh", "--prefix", tmp_path)
        mapped.seek(0)
        assert mapped.read() == before
    assert library.read_bytes() == before + b"newer"


def test_refuses_the_wrong_processor(archive: Path, tmp_path: Path) -> None:
    library = archive / "lib" / deepstream.LIBRARY_NAME
    data = bytearray(library.read_bytes())
    data[18] = 0xB7 if data[18] == 0x3E else 0x3E
    library.write_bytes(data)
    done = run(archive / "install.sh", "--prefix", tmp_path / "prefix")
    assert done.returncode == 1
    assert "get the other archive" in done.stderr
    assert not (tmp_path / "prefix").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--prefix"], "--prefix must be followed by a folder"),
        (["--prefix", "relative"], "the prefix must be an absolute path, got relative"),
        (["--everywhere"], "the option must be --prefix DIR or --uninstall, got --everywhere"),
        (["--prefix", "/nonexistent", "--uninstall"], "there is no installation in"),
        (["--prefix", "/proc/none"], "/proc/none/lib/streamtrack cannot be made; use sudo"),
    ],
)
def test_says_what_is_wrong(archive: Path, words: list[str], complaint: str) -> None:
    done = run(archive / "install.sh", *words)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_command_installs_the_same(archive: Path, tmp_path: Path) -> None:
    succeed(archive / "install.sh", "--prefix", tmp_path / "by-script")
    words = ["deepstream", "install", "--prefix", str(tmp_path / "by-command")]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    names = sorted(path.name for path in (tmp_path / "by-script/lib/streamtrack").iterdir())
    for name in names:
        one = tmp_path / "by-script/lib/streamtrack" / name
        assert one.read_bytes() == (tmp_path / "by-command/lib/streamtrack" / name).read_bytes()
    assert sorted(p.name for p in (tmp_path / "by-command/lib/streamtrack").iterdir()) == names
    CliRunner().invoke(app, [*words, "--uninstall"], catch_exceptions=False)
    assert not (tmp_path / "by-command/lib/streamtrack").exists()
    with pytest.raises(deepstream.InstallationError, match="there is no installation"):
        deepstream.install(tmp_path / "by-command", uninstall=True)
