"""The examples in docstrings, which the reference shows, print what they say."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
import streamtrack

PACKAGE = Path(streamtrack.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(["streamtrack", *path.relative_to(PACKAGE).with_suffix("").parts])
    for path in PACKAGE.rglob("*.py")
    if ">>>" in path.read_text()
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_print_what_they_say(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0


def test_they_are_found() -> None:
    assert {"streamtrack.tracker", "streamtrack.config"} <= set(WITH_EXAMPLES)
