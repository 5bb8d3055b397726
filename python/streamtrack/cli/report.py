"""`streamtrack report`: a page that shows tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import click

from streamtrack.cli.console import console
from streamtrack.cli.options import config_of, config_options
from streamtrack.evaluation.sequences import BENCHMARKS, Benchmark, TextFormat


@click.command(
    epilog="Example: streamtrack report tracks --gt sequences --compare other -o report.html"
)
@click.argument("tracks", nargs=-1, required=True)
@click.option(
    "-o", "--output", default="report.html", show_default=True, metavar="FILE", help="The page."
)
@click.option(
    "--gt",
    "ground_truth",
    metavar="DIR",
    help="Ground truth, as for eval: figures, switches, fragments and misses are shown.",
)
@click.option(
    "--compare", metavar="OTHER", help="Tracks of a second run, shown side by side with the first."
)
@click.option(
    "--compare-config", metavar="FILE", help="The parameters of the second run, to be shown."
)
@click.option(
    "--pictures", metavar="DIR", help="NAME.jpg or NAME.png: a picture of each stream's scene."
)
@click.option("--title", metavar="TEXT", help="The page's title.")
@click.option(
    "--benchmark",
    type=click.Choice(BENCHMARKS, case_sensitive=False),
    help="As for eval.",
)
@click.option(
    "--format", "text_format", type=click.Choice(get_args(TextFormat)), help="As for eval."
)
@click.option("--rerun", metavar="FILE.rrd", help="Write a recording for Rerun's viewer too.")
@config_options
def report(
    tracks: Sequence[str],
    output: str,
    ground_truth: str | None,
    compare: str | None,
    compare_config: str | None,
    pictures: str | None,
    title: str | None,
    benchmark: Benchmark | None,
    text_format: TextFormat | None,
    rerun: str | None,
    config_file: str | None,
    preset: str | None,
    assignments: Sequence[str],
) -> None:
    """Write one HTML page that shows TRACKS, and needs no network to be read.

    TRACKS is the folder that `streamtrack track` wrote, or files in it. The page holds a summary,
    for each stream a timeline of its tracks' lives and their ways over the scene, histograms, and
    the parameters: give the --config, --preset and --set that track was given.
    """
    from streamtrack.config import Config
    from streamtrack.report import write_report

    if rerun is not None:
        from streamtrack.report.rerun_file import require_rerun, write_rerun

        require_rerun()  # better said before the page is written
    said = config_file is not None or preset is not None or assignments
    config = config_of(config_file, preset, assignments) if said else None
    stderr = console(stderr=True)
    with stderr.status("reading") as status:
        written = write_report(
            output,
            list(tracks),
            ground_truth=ground_truth,
            compare=compare,
            config=config,
            compare_config=None if compare_config is None else Config(compare_config),
            pictures=pictures,
            title=title,
            benchmark=benchmark,
            text_format=text_format,
            progress=status.update,
        )
    click.echo(written)
    if rerun is not None:
        click.echo(write_rerun(rerun, list(tracks), ground_truth=ground_truth))
