"""Every block of code on every page runs, or says why it cannot, and prints what is shown."""

from __future__ import annotations

import configparser
import re
import shutil
import sys
from pathlib import Path

import pytest
import streamtrack as st
import yaml

from tests.docs.blocks import CHECKOUT, RUN, SHOWN, Block, blocks, pages, run
from tests.docs.stage import set_stage

PAGES = {str(path.relative_to(CHECKOUT)): path.read_text() for path in pages()}
WITH_CODE = [name for name, text in PAGES.items() if any(block.is_run for block in blocks(text))]


def test_the_pages_are_found() -> None:
    assert {"README.md", "docs/index.md", "docs/recipes.md", "docs/video.md"} <= set(WITH_CODE)


@pytest.mark.parametrize("page", PAGES)
def test_a_block_says_what_it_is(page: str) -> None:
    """Else nobody would notice that it is not run."""
    text = PAGES[page]
    for block in blocks(text):
        where = f"{page}:{block.line}"
        assert block.language in RUN + SHOWN, f"{where}: mark it as one of {RUN + SHOWN}"
        if block.not_run:
            assert block.language in RUN, f"{where}: only {RUN} are run"
            assert len(block.not_run.split()) > 2, f"{where}: say why it is not run"
    marks = sum(bool(block.not_run) for block in blocks(text))
    assert len(re.findall(r"^<!-- not run", text, re.M)) == marks, (
        f"{page}: a mark stands right in front of its block"
    )
    hidden = re.findall(r"^ {4,}(?:\$ |streamtrack |pip |import |make ).*", _prose(text), re.M)
    assert not hidden, f"{page}: put a fence around {hidden}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stage")
    set_stage(folder)
    return folder


@pytest.mark.parametrize("page", WITH_CODE)
def test_blocks_run_and_print_what_is_shown(page: str, stage: Path, tmp_path: Path) -> None:
    """In the order of the page, in one folder; Python's names go on from block to block."""
    folder = shutil.copytree(stage, tmp_path / "stage")
    python = ""
    for block in blocks(PAGES[page]):
        if not block.is_run:
            continue
        if block.language == "python":
            # What an earlier block printed is not this one's.
            printed = run([sys.executable, "-c", f"{python}print('\\f')\n{block.text}"], folder)
            printed = printed.rpartition("\f\n")[2]
            python += block.text
        else:
            printed = run(["bash", "-euo", "pipefail", "-c", block.text], folder)
        if block.printed is not None:
            expected = _words(block.printed)
            assert _words(printed)[-len(expected) :] == expected, f"{page}:{block.line}"


@pytest.mark.parametrize("page", PAGES)
def test_what_is_shown_can_be_read(page: str) -> None:
    for block in blocks(PAGES[page]):
        if block.language == "yaml":
            st.Config(yaml.safe_load(block.text))
        elif block.language == "ini":
            assert _ini(block).sections()


def _ini(block: Block) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True)
    parser.read_string(block.text)
    return parser


def _words(printed: str) -> list[list[str]]:
    """Lines as words, without the times that no two runs have in common."""
    text = re.sub(r"\d+\.\d+ microseconds", "N microseconds", printed).strip()
    return [line.split() for line in text.splitlines()]


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
