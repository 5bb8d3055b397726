"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from streamtrack.host import VERSIONS

CHECKOUT = Path(__file__).resolve().parents[2]
README = (CHECKOUT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_versions_are_those_of_the_host() -> None:
    [sentence] = re.findall(r"One binary serves DeepStream (.*?):", README, re.DOTALL)
    assert re.findall(r"\d+(?:\.\d+)+", sentence) == list(VERSIONS)


def test_the_tracker_section_is_that_of_the_example() -> None:
    [section] = blocks("ini")
    example = (CHECKOUT / "examples" / "deepstream_app_config_tracker.txt").read_text()
    for line in section.splitlines():
        assert line in example.splitlines()


def test_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (CHECKOUT / target).exists(), target


def test_the_example_of_many_streams_runs(tmp_path: Path) -> None:
    printed = run(sys.executable, CHECKOUT / "examples" / "many_streams.py", cwd=tmp_path)
    assert printed.splitlines()[-1] == "frame 30: 320 tracks, 320 different ids"
