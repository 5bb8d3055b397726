"""`streamtrack tune`: parameters for your own cameras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import click

from streamtrack.cli.console import console, numbers_right, progress_bar
from streamtrack.cli.options import config_of, config_options
from streamtrack.evaluation.scores import METRICS, Metric
from streamtrack.evaluation.sequences import BENCHMARKS, Benchmark, TextFormat

if TYPE_CHECKING:
    from streamtrack.tuning import TuningResult


@click.command(
    epilog="Example: streamtrack tune --gt sequences sequences/* --trials 100 -o tuned.yml"
)
@click.argument("inputs", nargs=-1, required=True)
@click.option("--gt", "ground_truth", required=True, metavar="DIR", help="As for eval.")
@click.option(
    "-o", "--output", default="tuned.yml", show_default=True, metavar="FILE", help="What is found."
)
@click.option(
    "--metric",
    type=click.Choice(METRICS),
    default="HOTA",
    show_default=True,
    help="What to make as high as possible, on the average over the sequences.",
)
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Sets of parameters to try, for each fold and for all sequences.",
)
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    default=3,
    show_default=True,
    metavar="K",
    help="Into how many parts the sequences are dealt, each left out once.",
)
@click.option(
    "--storage",
    metavar="FILE",
    help="Where trials are kept: the same command goes on where it stopped; OUTPUT.db if left out.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Sequences at once; every core."
)
@click.option(
    "--benchmark", type=click.Choice(BENCHMARKS, case_sensitive=False), help="As for eval."
)
@click.option(
    "--format", "text_format", type=click.Choice(get_args(TextFormat)), help="As for eval."
)
@config_options
def tune(
    inputs: Sequence[str],
    ground_truth: str,
    output: str,
    metric: Metric,
    trials: int,
    folds: int,
    storage: str | None,
    jobs: int | None,
    benchmark: Benchmark | None,
    text_format: TextFormat | None,
    config_file: str | None,
    preset: str | None,
    assignments: Sequence[str],
) -> None:
    """Search parameters for INPUTs that have ground truth, and say whether they carry over.

    The sequences are dealt into folds; the table shows each sequence before and after tuning on the
    others only. Needs `pip install 'streamtrack[tune]'`.
    """
    from streamtrack.tuning import tune as run

    parts = min(folds, len(inputs))
    kept = storage or f"{output}.db"
    try:
        with progress_bar("tuning", trials * (parts + 1), "trials") as progress:
            result = run(
                ground_truth,
                inputs,
                metric=metric,
                trials=trials,
                folds=folds,
                config=config_of(config_file, preset, assignments),
                storage=kept,
                processes=jobs,
                benchmark=benchmark,
                text_format=text_format,
                progress=progress,
            )
    except KeyboardInterrupt:
        click.echo(f"streamtrack: note: trials are kept in {kept}: say the same to go on", err=True)
        raise
    _print(result)
    result.save(output)
    click.echo(output)


def _print(result: TuningResult) -> None:
    from rich.table import Table

    table = Table("left out", f"{result.metric} before", "after", "change", box=None)
    numbers_right(table, 1, 2, 3)
    for name, before in result.before.items():
        after = result.after[name]
        table.add_row(name, f"{before:.2f}", f"{after:.2f}", f"{after - before:+.2f}")
    table.add_row("MEAN", "", "", f"{result.gain:+.2f}")
    console().print(table)
    if result.gain <= 0:
        click.echo(
            "streamtrack: note: what was found does not carry over to sequences that were left "
            "out: label more of them, or stay with what you had",
            err=True,
        )
