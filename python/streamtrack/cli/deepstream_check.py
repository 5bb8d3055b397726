"""`streamtrack deepstream check`: what to mend before a pipeline starts."""

from __future__ import annotations

import click

from streamtrack.cli.console import console

_SIGNS = {"ok": "ok", "warning": "warning", "error": "ERROR"}


@click.command(
    epilog="Example: streamtrack deepstream check --app-config deepstream_app_config.txt"
)
@click.option(
    "--app-config", metavar="FILE", help="A deepstream_app_config.txt, or the same in YAML."
)
@click.option(
    "--root",
    metavar="DIR",
    help="DeepStream's folder; /opt/nvidia/deepstream/deepstream if left out.",
)
def check(app_config: str | None, root: str | None) -> None:
    """Inspect a DeepStream installation and an application's file; say what to mend.

    The exit code is 1 if anything is an error: the pipeline would not start, or track nothing.
    """
    from rich.table import Table

    from streamtrack.deepstream_check import DEFAULT_ROOT
    from streamtrack.deepstream_check import check as inspect

    findings = inspect(app_config, root or DEFAULT_ROOT)
    stdout = console()
    table = Table("", "where", "finding", box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"  # a path must not lose its end
    for finding in findings:
        table.add_row(_SIGNS[finding.level], finding.place, finding.text)
    stdout.print(table)
    levels = [finding.level for finding in findings]
    stdout.print(f"\n{levels.count('error')} errors, {levels.count('warning')} warnings")
    if "error" in levels:
        raise click.exceptions.Exit(1)
