"""The figures in docs/evaluation.md are what its commands print, and its Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamtrack.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def run(command: str) -> None:
    """Runs a documented command, with the shell's * as the shell has it."""
    words = []
    for word in command.split("#", maxsplit=1)[0].split()[1:]:
        found = sorted(map(str, Path().glob(word))) if "*" in word else [word]
        words += found
    assert main([word.strip("'") for word in words]) == 0, command


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("streamtrack demo -o out/demo")


@pytest.mark.usefixtures("demo")
def test_evaluation(capsys: pytest.CaptureFixture[str]) -> None:
    measure, convert = blocks("evaluation.md", "sh")
    capsys.readouterr()
    run(next(line for line in measure.splitlines() if " eval " in line))
    (expected,) = blocks("evaluation.md", "text")
    printed = capsys.readouterr().out
    assert [line.split() for line in printed.splitlines()] == [
        line.split() for line in expected.splitlines()
    ]
    for line in convert.splitlines():
        run(line)
    (python,) = blocks("evaluation.md", "python")
    exec(compile(python, "evaluation.md", "exec"), {})  # noqa: S102 - our own documentation
    assert capsys.readouterr().out.splitlines()[-1] == python.split("# ")[1].strip()


@pytest.mark.usefixtures("demo")
def test_report() -> None:
    commands = [line for block in blocks("report.md", "sh") for line in block.splitlines()]
    ours = [line for line in commands if line.startswith(("streamtrack track", "streamtrack rep"))]
    assert len(ours) == 4
    for line in ours:
        if "--rerun" in line:
            pytest.importorskip("rerun", reason="needs the SDK: pip install 'streamtrack[rerun]'")
        run(line)
    assert Path("report.html").stat().st_size > 50_000
