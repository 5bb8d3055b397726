"""Small faults in the core's source, by universalmutator's rules for C++."""

from __future__ import annotations

import contextlib
import io
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ["universal.rules", "c_like.rules", "cpp.rules"]
# Prose (meanings of parameters), fixed numbers of bytes and what only names things: no behaviour.
NO_CODE = [
    r"^\s*//",
    r"^#",
    r"^\s*namespace",
    r"^\s*static_assert",
    r'^\s*"[^"]*"\},$',
    r"^\s*using ",
]


@dataclass(frozen=True)
class Mutant:
    """One line of one file, changed.

    Attributes:
        path: The file, from the project's root.
        line: Counted from 1.
        before: The line as it is, without blanks around it.
        after: The line as the fault has it.
    """

    path: str
    line: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays when lines above come and go."""
        return self.path, self.before, self.after

    def source(self) -> str:
        """The whole file with the fault in it."""
        lines = (ROOT / self.path).read_text().splitlines(keepends=True)
        indent = lines[self.line - 1][: -len(lines[self.line - 1].lstrip())]
        lines[self.line - 1] = f"{indent}{self.after}\n"
        return "".join(lines)

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


def may_compile(before: str, after: str) -> bool:
    """False for what is no fault but nonsense: digits in names, types' brackets and references.

    The house's style puts blanks around operators, and none around those of types.
    """
    at = next((k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    if before[at] in "<>&*+" and at > 0 and before[at - 1] != " ":
        return False
    if "\n" in after and before[-1] not in ";{":  # a break or continue below the line
        return False
    names = re.compile(r"[A-Za-z_]\w*\d\w*")
    return "/*" in after or names.findall(before) == names.findall(after)


def mutants_of(path: Path) -> list[Mutant]:
    """Every fault that the rules make in a file."""
    from universalmutator.mutator import mutants_regexp

    lines = path.read_text().splitlines(keepends=True)
    with contextlib.redirect_stdout(io.StringIO()):  # it tells which rules it reads
        made = mutants_regexp(lines, RULES, ignorePatterns=NO_CODE)
    name = str(path.relative_to(ROOT))
    return [
        Mutant(name, number, lines[number - 1].strip(), changed.strip())
        for number, changed, *_ in made
        if may_compile(lines[number - 1].strip(), changed.strip())
    ]


def shuffled(files: list[Path], seed: int) -> Iterator[Mutant]:
    """All mutants of some files in a random order that the seed decides."""
    every = [mutant for path in sorted(files) for mutant in mutants_of(path)]
    random.Random(seed).shuffle(every)  # noqa: S311 (no secret)
    yield from every
