"""The extension's stub says what the extension has: names and arguments, made by nanobind."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import streamtrack
from streamtrack import _core

stubgen = pytest.importorskip("nanobind.stubgen", reason="needs nanobind: pip install nanobind")

Signatures = dict[str, list[str]]
IGNORED = {"__init__", "__getstate__", "__setstate__", "__repr__", "_value_", "__new__"}


def signatures(text: str) -> Signatures:
    """Every function and property by its dotted name, with the names of its arguments."""
    found: Signatures = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef) and node.name not in IGNORED:
                arguments = [*node.args.posonlyargs, *node.args.args]
                found[prefix + node.name] = [
                    argument.arg for argument in arguments if argument.arg not in ("self", "arg")
                ]

    visit(ast.parse(text).body, "")
    return found


def test_the_stub_is_that_of_the_extension() -> None:
    generator = stubgen.StubGen(_core)
    generator.put(_core)
    folder = Path(streamtrack.__file__).parent
    assert signatures((folder / "_core.pyi").read_text()) == signatures(generator.get())
