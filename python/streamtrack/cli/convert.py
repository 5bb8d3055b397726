"""`streamtrack convert`: files of boxes from one format into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from streamtrack.io.convert import TableFormat


@click.command(epilog="Example: streamtrack convert tracks/*.txt -o tracks.parquet")
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="A folder for text, a file that ends with .parquet for Parquet.",
)
@click.option(
    "--to",
    type=click.Choice(["mot", "kitti", "parquet"]),
    help="The format; Parquet if OUT ends with .parquet, else MOT text.",
)
@click.option(
    "--types",
    metavar="ID=TYPE,...",
    help="KITTI's type for each class id, such as 0=Pedestrian,2=Car.",
)
@click.option(
    "--drop",
    metavar="NAME,...",
    default="",
    help="What may be lost: classes, timestamps, detected, names of columns, or all.",
)
def convert(
    inputs: Sequence[str], output: str, to: TableFormat | None, types: str | None, drop: str
) -> None:
    """Convert tracks, detections or ground truth between MOT text, KITTI text and Parquet.

    Nothing is lost silently: what the format has no place for is an error until --drop names it.
    """
    from streamtrack.io.convert import convert as run

    chosen: TableFormat = to or ("parquet" if output.endswith(".parquet") else "mot")
    written = run(
        inputs,
        output,
        chosen,
        types=None if types is None else _types(types),
        drop=[name.strip() for name in drop.split(",") if name.strip()],
    )
    for path in written:
        click.echo(path)


def _types(text: str) -> dict[int, str]:
    from streamtrack.io import KITTI_TYPES

    types = {}
    for pair in text.split(","):
        number, equals, kind = pair.strip().partition("=")
        if not equals or not number.isdigit() or kind not in KITTI_TYPES:
            raise click.BadParameter(
                f"must be ID=TYPE with TYPE one of {', '.join(KITTI_TYPES)}, got {pair}.",
                param_hint="--types",
            )
        types[int(number)] = kind
    return types
