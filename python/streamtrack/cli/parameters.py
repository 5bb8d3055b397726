"""`streamtrack parameters`: the one table."""

from __future__ import annotations

import dataclasses
import json

import click

import streamtrack
from streamtrack.parameters import parameters_markdown, parameters_yaml


@click.command(epilog="Example: streamtrack parameters --json | jq '.[].name'")
@click.option("--json", "form", flag_value="json", help="As JSON, for programs.")
@click.option("--markdown", "form", flag_value="markdown", help="As the documentation's table.")
@click.option("--yaml", "form", flag_value="yaml", help="As a configuration file to change.")
def parameters(form: str | None) -> None:
    """Print every parameter with default, values, unit and meaning."""
    if form == "json":
        rows = [dataclasses.asdict(row) for row in streamtrack.parameters()]
        click.echo(json.dumps(rows, indent=2))
    elif form == "markdown":
        click.echo(parameters_markdown(), nl=False)
    elif form == "yaml":
        click.echo(parameters_yaml(), nl=False)
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
