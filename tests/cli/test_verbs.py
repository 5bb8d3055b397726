"""The smaller verbs: parameters, deepstream lib-path, demo, and every --help."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
import streamtrack as st
from PIL import Image
from streamtrack.cli import app

from tests.cli.command import COMMAND, succeed


def test_parameters_print_the_table_in_three_forms() -> None:
    names = [row.name for row in st.parameters()]
    as_json = json.loads(succeed("parameters", "--json").stdout)
    assert [row["name"] for row in as_json] == names
    assert set(as_json[0]) >= {"name", "default", "minimum", "maximum", "unit", "meaning"}
    markdown = succeed("parameters", "--markdown").stdout
    assert re.findall(r"^\| `(\w+)`", markdown, re.MULTILINE) == names
    table = succeed("parameters").stdout
    assert [line.split()[0] for line in table.splitlines() if line[:1].strip()][1:] == names


def test_lib_path_names_a_tracker_library() -> None:
    path = Path(succeed("deepstream", "lib-path").stdout.strip())
    assert path.is_absolute()
    assert path.name == "libByteTracker.so"
    assert path.read_bytes()[:4] == b"\x7fELF"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, succeed("demo", "-o", folder, "--frames", "120").stdout


CAMERAS = ["gate", "platform", "plaza", "hall"]


def test_the_demos_table_agrees_with_its_files(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    of_stream = {}
    for camera in CAMERAS:
        rows = np.loadtxt(folder / f"{camera}.txt", delimiter=",", ndmin=2)
        of_stream[camera] = set(rows[:, 1].astype(int).tolist())
        truth = np.loadtxt(folder / "sequences" / camera / "gt" / "gt.txt", delimiter=",")
        [line] = [line.split() for line in printed.splitlines() if line.split()[:1] == [camera]]
        assert line[1] == "120"
        assert line[2] == str(len(set(truth[:, 1].tolist())))
        assert line[3] == f"{len(rows):,}"
        assert line[4] == str(len(of_stream[camera]))
        assert line[5:8] == [str(min(of_stream[camera])), "to", str(max(of_stream[camera]))]
    every = sum(len(ids) for ids in of_stream.values())
    assert len(set().union(*of_stream.values())) == every
    assert f"none of {every} ids stands in two streams" in printed
    assert re.search(r"\d+\.\d microseconds a frame in NvMOT_Process, as DeepStream 9.1", printed)


def test_the_demo_draws_a_picture(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    assert f"picture  {folder / 'demo.png'}" in printed
    with Image.open(folder / "demo.png") as picture:
        assert picture.width >= 1200
        assert len(picture.getcolors(1 << 24) or []) > 1000


def test_the_demos_next_step_gives_the_same_tracks(demo: tuple[Path, str], tmp_path: Path) -> None:
    """The saved sequences hold two decimals: the ids stay, the boxes agree to a hundredth."""
    folder, _ = demo
    sequences = [folder / "sequences" / camera for camera in CAMERAS]
    succeed("track", *sequences, "-o", tmp_path)
    for camera in CAMERAS:
        mine = np.loadtxt(tmp_path / f"{camera}.txt", delimiter=",", ndmin=2)
        demos = np.loadtxt(folder / f"{camera}.txt", delimiter=",", ndmin=2)
        assert mine.shape == demos.shape
        assert np.array_equal(mine[:, :2], demos[:, :2])
        np.testing.assert_allclose(mine[:, 2:6], demos[:, 2:6], atol=0.0051)


def verbs(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The command's words and those of every verb below it."""
    yield words
    for name, verb in getattr(command, "commands", {}).items():
        yield from verbs(verb, (*words, name))


@pytest.mark.parametrize("verb", list(verbs(app)), ids=" ".join)
def test_every_verb_has_help_with_an_example(verb: tuple[str, ...]) -> None:
    text = succeed(*verb, "--help").stdout
    assert text.startswith("Usage: streamtrack")
    assert "Example: " in text or not verb


def test_the_version_is_that_of_the_package() -> None:
    assert succeed("--version").stdout.strip() == f"streamtrack, version {st.__version__}"


def test_a_reader_who_goes_away_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [COMMAND, "parameters", "--json"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr == b""
