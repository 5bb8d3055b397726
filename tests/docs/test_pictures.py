"""The pictures of docs/concepts.md are what the tracker does now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import CHECKOUT

IMAGES = CHECKOUT / "docs" / "images"
DRAW = "from docs.making.pictures import draw_all; from pathlib import Path; draw_all(Path({!r}))"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A process of its own, since ids count on from what a process has given."""
    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run([sys.executable, "-c", DRAW.format(str(folder))], cwd=CHECKOUT, check=True)
    return folder


@pytest.mark.parametrize("name", ["life", "bands", "matches", "ids"])
def test_a_picture_is_what_make_docs_draws(name: str, drawn: Path) -> None:
    assert (IMAGES / f"{name}.svg").read_text() == (drawn / f"{name}.svg").read_text()


def test_every_picture_stands_on_a_page() -> None:
    pages = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"), CHECKOUT / "mkdocs.yml"]
    text = "".join(page.read_text() for page in pages)
    named = set(re.findall(r"images/([\w.-]+)", text))
    assert {path.name for path in IMAGES.iterdir()} == named
