"""`streamtrack eval`: how good tracks are against ground truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from streamtrack.cli.console import console, numbers_right
from streamtrack.evaluation.sequences import BENCHMARKS, KITTI_CLASSES, Benchmark, TextFormat

if TYPE_CHECKING:
    from streamtrack.evaluation import Evaluation


@click.command(
    "eval", epilog="Example: streamtrack eval --gt sequences --tracks tracks --json scores.json"
)
@click.option(
    "--gt",
    "ground_truth",
    required=True,
    metavar="DIR",
    help="Ground truth: for each sequence a folder with gt/gt.txt, gt.txt or label_02.txt, "
    "or NAME.txt.",
)
@click.option(
    "--tracks",
    required=True,
    metavar="DIR",
    help="Tracks: NAME.txt (MOT text or KITTI results) or NAME.parquet for each sequence.",
)
@click.option(
    "--benchmark",
    type=click.Choice(BENCHMARKS, case_sensitive=False),
    help="Whose preprocessing decides what counts; guessed from each sequence's name if left out.",
)
@click.option(
    "--format",
    "text_format",
    type=click.Choice(get_args(TextFormat)),
    help="Which ground truth to read where a folder holds MOT text and KITTI labels.",
)
@click.option(
    "--class",
    "kitti_class",
    type=click.Choice(KITTI_CLASSES),
    default="car",
    show_default=True,
    help="What counts under KITTI's rules.",
)
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON too.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the figures as CSV too.")
def evaluate(
    ground_truth: str,
    tracks: str,
    benchmark: Benchmark | None,
    text_format: TextFormat | None,
    kitti_class: str,
    json_file: str | None,
    csv_file: str | None,
) -> None:
    """Measure tracks against ground truth: HOTA, DetA, AssA, MOTA, IDF1, switches and errors.

    The figures are TrackEval's (pip install 'streamtrack[eval]'), with the preprocessing of
    MOTChallenge or KITTI where the sequence is theirs.
    """
    from streamtrack.evaluation import evaluate as run

    stderr = console(stderr=True)
    with stderr.status("measuring") as status:
        result = run(
            ground_truth,
            tracks,
            benchmark=benchmark,
            text_format=text_format,
            kitti_class=kitti_class,
            progress=lambda name: status.update(f"measuring {name}"),
        )
    for note in result.notes:
        click.echo(f"streamtrack: note: {note}", err=True)
    _print(result)
    if json_file is not None:
        result.save_json(json_file)
    if csv_file is not None:
        result.save_csv(csv_file)


def _print(result: Evaluation) -> None:
    from rich.table import Table

    names = list(result.to_dict()["COMBINED"])
    table = Table("sequence", "rules", *names, box=None, pad_edge=False)
    numbers_right(table, *range(2, 2 + len(names)))
    for name, figures in result.to_dict().items():
        if name == "COMBINED":
            table.add_section()
        cells = [f"{x:,}" if isinstance(x, int) else f"{x:.2f}" for x in figures.values()]
        table.add_row(name, result.rules.get(name, ""), *cells)
    console().print(table)
