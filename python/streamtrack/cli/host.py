"""`streamtrack host`: a stand-in for DeepStream that drives any tracker library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from streamtrack.cli.console import console, progress_bar
from streamtrack.cli.options import library_of, version_of

if TYPE_CHECKING:
    from streamtrack.host.conformance import RuleResult

_SIGNS = {"passed": "ok", "failed": "FAIL", "not applicable": "-"}


@click.group(epilog="Example: streamtrack host check ./libTheirTracker.so")
def host() -> None:
    """Drive a tracker library as DeepStream's nvtracker does, without DeepStream."""


@host.command(
    epilog="Example: streamtrack host check ./libTheirTracker.so --deepstream 6.3 --deepstream 9.1"
)
@click.argument("library", required=False)
@click.option(
    "--deepstream",
    "versions",
    metavar="VERSION",
    multiple=True,
    help="A version to play; may be given more than once. All of them if left out.",
)
@click.option(
    "--config", "config_file", metavar="FILE", help="The library's own configuration file."
)
def check(library: str | None, versions: Sequence[str], config_file: str | None) -> None:
    """Play a tracker library through every rule of the NvMOT API and print how it did.

    LIBRARY is any low-level tracker library for nvtracker; the package's own libByteTracker.so if
    left out. The table has a row for each rule and a column for each version: `ok`, `FAIL`, or `-`
    where the rule does not apply. The exit code is 1 if the library failed anywhere.
    """
    from streamtrack.host import VERSIONS
    from streamtrack.host.conformance import check as check_library
    from streamtrack.host.scenarios import SCENARIOS

    path = library_of(library)
    chosen = list(dict.fromkeys(map(version_of, versions))) or list(VERSIONS)
    results: dict[str, list[RuleResult]] = {}
    steps = len(chosen) * len(SCENARIOS)
    with progress_bar("checking", steps, "scenarios") as progress:
        for version in chosen:
            results[version] = check_library(
                path, version, config_path=config_file, progress=lambda _: progress(1)
            )
    _print(results)
    failed = sum(row.outcome == "failed" for rows in results.values() for row in rows)
    if failed:
        raise click.exceptions.Exit(1)


def _print(results: Mapping[str, Sequence[RuleResult]]) -> None:
    from rich.table import Table

    stdout = console()
    table = Table("rule", *results, box=None, pad_edge=False)
    for rows in zip(*results.values(), strict=True):
        table.add_row(rows[0].rule, *(_SIGNS[row.outcome] for row in rows))
    stdout.print(table)
    for version, of_version in results.items():
        for row in of_version:
            if row.outcome == "failed":
                stdout.print(f"\nDeepStream {version}, {row.rule}: {row.text}")
    counts = [row.outcome for of_version in results.values() for row in of_version]
    stdout.print(f"\n{counts.count('passed')} passed, {counts.count('failed')} failed")
