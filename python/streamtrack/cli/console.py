"""What the verbs print with: tables, and how far long work has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

_WIDE = 160  # columns where no one is looking: a file or a pipe should not lose words


def console(*, stderr: bool = False) -> Console:
    """Returns a console that writes plain text, as wide as the terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False)
    if not made.is_terminal:
        made.width = _WIDE
    return made


def numbers_right(table: Table, *columns: int) -> None:
    """Aligns columns of numbers to the right."""
    for column in columns:
        table.columns[column].justify = "right"


def _nothing(done: int) -> None:
    del done


@contextmanager
def progress_bar(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with what was done; draws only if stderr is a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    stderr = console(stderr=True)
    if not stderr.is_terminal:
        yield _nothing
        return
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)
