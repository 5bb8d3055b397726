"""What `streamtrack.deepstream.properties` gives to an nvtracker element."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamtrack import ConfigError
from streamtrack.deepstream import default_config_path, properties


def test_properties_are_nvtrackers() -> None:
    given = properties(width=1920, height=1080, gpu_id=1)
    assert (given["tracker-width"], given["tracker-height"], given["gpu-id"]) == (1920, 1080, 1)
    assert Path(str(given["ll-lib-file"])).read_bytes()[:4] == b"\x7fELF"
    assert Path(str(given["ll-config-file"])).samefile(default_config_path())


def test_a_relative_config_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yml").write_text("track_buffer: 60\n")
    monkeypatch.chdir(tmp_path)
    assert properties("mine.yml")["ll-config-file"] == str(tmp_path / "mine.yml")


def test_what_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("track_bufer: 60\n")
    with pytest.raises(ConfigError, match="track_buffer"):
        properties(wrong)
    with pytest.raises(ConfigError, match="absent"):
        properties(tmp_path / "absent.yml")
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        properties(width=0)
    with pytest.raises(ValueError, match="gpu_id must be at least 0, got -1"):
        properties(gpu_id=-1)
