"""The code blocks of every page: README, the other pages at the checkout's top, and docs/.

A block of `sh` or `python` is run, unless a comment in front of it says why it cannot be:
`<!-- not run: needs a GPU -->`. A block of `text` right behind one that is run is what it prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
RUN = ("python", "sh")
SHOWN = ("text", "ini", "yaml", "mermaid")
_FENCE = re.compile(
    r"^(?P<ticks>```+)(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=ticks) *$", re.DOTALL | re.MULTILINE
)
_MARK = re.compile(r"<!-- not run: (?P<reason>[^>]+?) -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        line: Where its text begins, from 1.
        language: What stands behind the fence.
        text: The code.
        not_run: Why it is not run; empty for one that is.
        printed: What the page says that it prints; None where the page shows nothing.
    """

    line: int
    language: str
    text: str
    not_run: str
    printed: str | None

    @property
    def is_run(self) -> bool:
        """Whether the tests run it."""
        return self.language in RUN and not self.not_run


def pages() -> list[Path]:
    """Every page of the project, README first."""
    return sorted(CHECKOUT.glob("*.md"), reverse=True) + sorted(CHECKOUT.glob("docs/**/*.md"))


def blocks(text: str) -> list[Block]:
    """The blocks of a page, in their order."""
    found = list(_FENCE.finditer(text))
    result = []
    for number, block in enumerate(found):
        mark = _MARK.search(text[: block.start()])
        follower = found[number + 1] if number + 1 < len(found) else None
        shows = (
            follower is not None
            and follower["language"] == "text"
            and not text[block.end() : follower.start()].strip()
        )
        result.append(
            Block(
                line=text.count("\n", 0, block.start()) + 2,
                language=block["language"].strip(),
                text=block["text"],
                not_run=mark["reason"] if mark else "",
                printed=follower["text"] if follower is not None and shows else None,
            )
        )
    return result


def run(words: list[str], folder: Path) -> str:
    """Runs a block's words in a folder and returns what they print."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",  # what the extras name is installed with the tests: nothing is fetched
        "HOSTNAME": "tracker-3",  # as in a StatefulSet
    }
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words[-1]}\n{done.stdout}\n{done.stderr}"
    return done.stdout
