"""STREAMTRACK_NODE_ID: the same word at both doors, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import streamtrack as st
from streamtrack.deepstream import library_path

# Prints the node, which is the upper 7 bits of an id, of the first object that is reported.
PYTHON = """
import sys
import streamtrack as st

config = st.Config(sys.argv[1])
tracker = st.Tracker(config.override(sys.argv[2:]))
print(int(tracker.update([[10, 10, 60, 90]], [0.9]).ids[0]) >> 57)
"""
LIBRARY = f"""
import sys
from streamtrack.host import Host, SourceFrame

with Host({os.fspath(library_path())!r}, "9.1", config_path=sys.argv[1]) as host:
    print(int(host.process([SourceFrame(0, 0, [[10, 10, 50, 80]], [0.9])])[0].ids[0]) >> 57)
"""
BOTH = pytest.mark.parametrize("program", [PYTHON, LIBRARY], ids=["python", "library"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tracker.yml"
    path.write_text("id_mode: unique\nnode_id: 3\n")
    return path


def run(program: str, *words: str | Path, node_id: str | None) -> subprocess.CompletedProcess[str]:
    env = {name: text for name, text in os.environ.items() if name != "STREAMTRACK_NODE_ID"}
    if node_id is not None:
        env["STREAMTRACK_NODE_ID"] = node_id
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def node_of(program: str, *words: str | Path, node_id: str | None) -> int:
    done = run(program, *words, node_id=node_id)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@BOTH
@pytest.mark.parametrize(("said", "node"), [(None, 3), ("", 3), ("1", 1), ("127", 127)])
def test_it_stands_above_the_file(program: str, said: str | None, node: int, file: Path) -> None:
    assert node_of(program, file, node_id=said) == node


def test_set_stands_above_it(file: Path) -> None:
    assert node_of(PYTHON, file, "node_id=9", node_id="5") == 9
    assert node_of(PYTHON, file, "track_buffer=9", node_id="5") == 5


@BOTH
@pytest.mark.parametrize("said", ["128", "-1", "1.5", "gate-3", "0x10", " 1"])
def test_a_wrong_one_is_refused_in_one_line(program: str, said: str, file: Path) -> None:
    done = run(program, file, node_id=said)
    assert done.returncode != 0
    rule = (
        "the environment variable STREAMTRACK_NODE_ID: node_id must be an integer in [0, 127], "
        f"got {said}; "
    )
    assert [rule in line for line in done.stderr.splitlines()].count(True) == 1


def test_a_configuration_is_the_same_on_every_host(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = st.Config(id_mode="unique")
    monkeypatch.setenv("STREAMTRACK_NODE_ID", "5")
    assert st.Config(id_mode="unique") == plain
    assert "node_id" not in st.Config().to_yaml()
    tracker = st.Tracker(plain)
    assert tracker.config == plain
    assert int(tracker.update([[10, 10, 60, 90]], [0.9]).ids[0]) >> 57 == 5
