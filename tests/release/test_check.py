"""What `make release-check` finds missing, on a small repository."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from release import check
from release.targets import TARGETS
from tests.release.conftest import run

FILES = [
    *(
        f"streamtrack-1.2.3-{tag}-manylinux_2_17_{target.machine}.whl"
        for tag in ("cp310-cp310", "cp311-cp311", "cp312-abi3")
        for target in TARGETS
    ),
    *(f"streamtrack-deepstream-1.2.3-{target.machine}.tar.gz" for target in TARGETS),
    *(f"streamtrack-deepstream_1.2.3_{target.debian}.deb" for target in TARGETS),
]

PACKED = ("core/ids.cpp", "CMakeLists.txt", "CHANGELOG.md", ".gitignore", "pyproject.toml")


def git(folder: Path, *words: str) -> None:
    run("git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *words)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that lacks nothing."""
    folder = tmp_path / "repository"
    (folder / "core").mkdir(parents=True)
    (folder / "core/ids.cpp").write_text("int ids;\n")
    (folder / "CMakeLists.txt").write_text("project(streamtrack VERSION 1.2.3 LANGUAGES C)\n")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3, 2026-11-25\n\n- Ids.\n")
    (folder / ".gitignore").write_text("/dist/\n")
    (folder / "pyproject.toml").write_text('sdist.exclude = [".ci", ".github"]\n')
    (folder / ".ci").mkdir()
    (folder / ".ci/run").write_text("make\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "tag", "v1.2.3")
    (folder / "dist").mkdir()
    with tarfile.open(folder / "dist/streamtrack-1.2.3.tar.gz", "w:gz") as archive:
        for name in PACKED:
            archive.add(folder / name, f"streamtrack-1.2.3/{name}")
    for name in FILES:
        (folder / "dist" / name).touch()
    monkeypatch.setattr(check, "ROOT", folder)
    monkeypatch.setattr(check, "DIST", folder / "dist")
    monkeypatch.setattr(check, "interpreters", list)
    monkeypatch.setattr(check, "missing", lambda found: found)
    return folder


def test_nothing_is_missing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repository.is_dir()
    assert check.main() == 0
    assert capsys.readouterr().out == "ready to release\n"


def test_each_thing_that_is_missing_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3, not yet released\n")
    (repository / "core/ids.cpp").write_text("long ids;\n")
    (repository / "dist" / FILES[-1]).unlink()
    git(repository, "commit", "-q", "-a", "-m", "two")
    (repository / "notes.txt").touch()
    assert check.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        f"missing: dist/{FILES[-1]}: run make wheels",
        "missing: files of these sources: dist was made of another CHANGELOG.md; run make wheels",
        "missing: a heading '## 1.2.3, YYYY-MM-DD' in CHANGELOG.md",
        "missing: a clean checkout: commit or remove what git status names",
        "missing: a number of its own: v1.2.3 is another commit's; raise the version in "
        "CMakeLists.txt",
        "5 missing",
    ]


def test_an_older_wheel_is_named(repository: Path) -> None:
    os.utime(repository / "dist" / FILES[0], (1, 1))
    assert check.missing_things() == [
        f"a new dist/{FILES[0]}: it is older than streamtrack-1.2.3.tar.gz; run make wheels"
    ]


def test_a_file_that_came_later_is_named(repository: Path) -> None:
    (repository / "core/clock.cpp").write_text("int clock;\n")
    git(repository, "add", "core/clock.cpp")
    git(repository, "commit", "-q", "-m", "two")
    git(repository, "tag", "-d", "v1.2.3")
    assert check.missing_things() == [
        "files of these sources: dist was made of another core/clock.cpp; run make wheels",
        "a tag on this commit: git tag v1.2.3",
    ]
