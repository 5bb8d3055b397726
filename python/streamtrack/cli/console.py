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
    TaskID,
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


def _bars(stderr: Console, unit: str) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=stderr, transient=True)


@contextmanager
def progress_bar(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with what was done; draws only if stderr is a terminal.

    Args:
        what: The work.
        total: How much there is to do; None where only the end will tell.
        unit: What is counted.
    """
    stderr = console(stderr=True)
    if not stderr.is_terminal:
        yield _nothing
        return
    with _bars(stderr, unit) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)


@contextmanager
def stage_bars(unit: str) -> Iterator[Callable[[str, int, int], None]]:
    """Gives a function to call with a stage of the work, what is done of it, and how much it is.

    Draws a bar for each stage; where stderr is no terminal (the log of a job that runs for hours),
    a line says each tenth of a stage.
    """
    stderr = console(stderr=True)
    if not stderr.is_terminal:

        def say(stage: str, done: int, total: int) -> None:
            if done * 10 // total > (done - 1) * 10 // total:
                stderr.print(f"{stage}: {done:,} of {total:,} {unit} done")

        yield say
        return
    with _bars(stderr, unit) as progress:
        tasks: dict[str, TaskID] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done)

        yield draw
