"""`streamtrack parameters`: the one table."""

from __future__ import annotations

import dataclasses
import json

import click

import streamtrack


@click.command(epilog="Example: streamtrack parameters --json | jq '.[].name'")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As the table of the documentation.")
def parameters(as_json: bool, as_markdown: bool) -> None:
    """Print every parameter with default, values, unit and meaning."""
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    if as_json:
        rows = [dataclasses.asdict(row) for row in streamtrack.parameters()]
        click.echo(json.dumps(rows, indent=2))
    elif as_markdown:
        from streamtrack.parameters import parameters_markdown

        click.echo(parameters_markdown(), nl=False)
    else:
        _print_table()


def _print_table() -> None:
    from rich.table import Table

    from streamtrack.cli.console import console

    table = Table("parameter", "default", "values", "meaning", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for row in streamtrack.parameters():
        meaning = row.meaning
        if row.reference_default != row.default and row.name != "preset":
            meaning += f" (preset reference: {row.reference_default})"
        values = f"{row.range} ({row.unit})" if row.unit else row.range
        table.add_row(row.name, row.default or "none", values, meaning)
    console().print(table)
