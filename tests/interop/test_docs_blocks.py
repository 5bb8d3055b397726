"""Every Python block in the recipes and in the page on video runs, in the order of its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.video.colour_scene import BLUE, RED, write_video

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["recipes.md", "video.md"])
def test_python_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("street", "yard"):
        write_video(tmp_path / f"{name}.mp4", [RED, BLUE], frames=2)
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)  # noqa: S102
