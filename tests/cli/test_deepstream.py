"""`streamtrack deepstream config` and `check`, together and alone."""

from __future__ import annotations

import configparser
from pathlib import Path

import streamtrack as st
from streamtrack.parameters import parameters_yaml

from tests.cli.command import fail, run, succeed


def test_config_writes_what_check_accepts(tmp_path: Path) -> None:
    words = ["--width", "1280", "--height", "720", "--gpu-id", "1", "--set", "track_buffer=60"]
    printed = succeed("deepstream", "config", "-o", "mine.yml", *words, cwd=tmp_path).stdout
    parser = configparser.ConfigParser()
    parser.read_string(printed)
    section = parser["tracker"]
    assert [section[key] for key in ("enable", "tracker-width", "tracker-height", "gpu-id")] == [
        "1",
        "1280",
        "720",
        "1",
    ]
    assert section["ll-config-file"] == str(tmp_path / "mine.yml")
    assert st.Config(tmp_path / "mine.yml").track_buffer == 60

    (tmp_path / "detector.txt").write_text(
        "[property]\ncluster-mode=2\n[class-attrs-all]\npre-cluster-threshold=0.1\n"
    )
    app = tmp_path / "app.txt"
    app.write_text(f"[primary-gie]\nconfig-file=detector.txt\n{printed}")
    root = tmp_path / "root"
    table = succeed("deepstream", "check", "--app-config", app, "--root", root).stdout
    assert table.splitlines()[-1] == "0 errors, 1 warnings"  # the folder that is not there
    (tmp_path / "mine.yml").unlink()
    done = run("deepstream", "check", "--app-config", app, "--root", root)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 errors, 1 warnings"


def test_config_without_settings_names_every_parameter(tmp_path: Path) -> None:
    succeed("deepstream", "config", "-o", tmp_path / "all.yml")
    assert (tmp_path / "all.yml").read_text() == parameters_yaml()


def test_config_spoils_no_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("track_buffer: 60\n")
    assert "exists already; choose another name with -o" in fail("deepstream", "config", "-o", path)
    assert path.read_text() == "track_buffer: 60\n"
    assert "track_buffer" in fail(
        "deepstream", "config", "-o", tmp_path / "b", "--set", "track_bufer=1"
    )
    assert "--width" in fail("deepstream", "config", "-o", tmp_path / "c", "--width", "0")
    assert sorted(tmp_path.iterdir()) == [path]
