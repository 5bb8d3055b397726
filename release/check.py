"""Says what a release still lacks: `python -m release.check`, the end of `make release-check`."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile

from release.interpreters import STABLE_SINCE, interpreters, missing
from release.targets import TARGETS
from release.wheels import DIST, ROOT


def main() -> int:
    """Prints what is missing, one line each; returns 1 if anything is."""
    lacking = list(missing_things())
    for line in lacking:
        print(f"missing: {line}")
    print(f"{len(lacking)} missing" if lacking else "ready to release")
    return 1 if lacking else 0


def missing_things() -> list[str]:
    """Returns what stands between this checkout and a release, in words."""
    version = version_of((ROOT / "CMakeLists.txt").read_text())
    lacking = [
        f"CPython {one} with its headers: put it on PATH, or install it with pyenv"
        for one in missing(interpreters())
    ]
    files = [name for name in release_files(version) if not list(DIST.glob(name))]
    lacking += [f"dist/{name}: run make wheels" for name in files]
    lacking += made_of_other_sources(version)
    changes = (ROOT / "CHANGELOG.md").read_text()
    if not re.search(rf"^## {re.escape(version)}, \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        lacking.append(f"a heading '## {version}, YYYY-MM-DD' in CHANGELOG.md")
    if git("status", "--porcelain"):
        lacking.append("a clean checkout: commit or remove what git status names")
    tag = f"v{version}"
    if tag not in git("tag", "--points-at", "HEAD").split():
        taken = tag in git("tag").split()
        lacking.append(
            f"a number of its own: {tag} is another commit's; raise the version in CMakeLists.txt"
            if taken
            else f"a tag on this commit: git tag {tag}"
        )
    return lacking


def version_of(cmake_lists: str) -> str:
    """Returns the version, which stands in CMakeLists.txt alone."""
    found = re.search(r"^project\(streamtrack VERSION (\S+)", cmake_lists, re.MULTILINE)
    if found is None:
        raise ValueError("CMakeLists.txt must say project(streamtrack VERSION X.Y.Z ...)")
    return found[1]


def release_files(version: str) -> list[str]:
    """Returns patterns of the files that a release has."""
    kinds = ["cp310-cp310", "cp311-cp311", f"cp3{STABLE_SINCE[1]}-abi3"]
    names = [f"streamtrack-{version}.tar.gz"]
    for target in TARGETS:
        names += [f"streamtrack-{version}-{kind}-*{target.machine}.whl" for kind in kinds]
        names.append(f"streamtrack-deepstream-{version}-{target.machine}.tar.gz")
        names.append(f"streamtrack-deepstream_{version}_{target.debian}.deb")
    return names


def made_of_other_sources(version: str) -> list[str]:
    """Returns what of dist was made of other files than those that stand here."""
    source = DIST / f"streamtrack-{version}.tar.gz"
    if not source.is_file():
        return []
    packed: dict[str, bytes] = {}
    with tarfile.open(source) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member)
            if content is not None:
                packed[member.name.partition("/")[2]] = content.read()
    packed.pop("PKG-INFO", None)
    here = {name: (ROOT / name).read_bytes() for name in packed_files() if (ROOT / name).is_file()}
    others = sorted(
        name for name in packed.keys() | here.keys() if packed.get(name) != here.get(name)
    )
    if others:
        return [f"files of these sources: dist was made of another {others[0]}; run make wheels"]
    begun = source.stat().st_mtime
    older = [path.name for path in sorted(DIST.iterdir()) if path.stat().st_mtime < begun]
    return [f"a new dist/{name}: it is older than {source.name}; run make wheels" for name in older]


def packed_files() -> list[str]:
    """Returns the files of this checkout that the source distribution holds."""
    project = (ROOT / "pyproject.toml").read_text()
    exclude = re.search(r"^sdist\.exclude = \[(.*)\]", project, re.MULTILINE)
    folders = tuple(f"{name}/" for name in re.findall(r'"(.*?)"', exclude[1] if exclude else ""))
    return [name for name in git("ls-files", "-z").split("\0") if not name.startswith(folders)]


def git(*words: str) -> str:
    """Returns what git prints."""
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
