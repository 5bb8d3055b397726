"""`streamtrack demo`: the whole way, on four simulated cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from streamtrack.cli.console import console, numbers_right, progress_bar
from streamtrack.cli.options import host_options, library_of, version_of

if TYPE_CHECKING:
    from streamtrack.demo import DemoResult


@click.command(epilog="Example: streamtrack demo -o out/demo --deepstream 6.3")
@click.option(
    "-o",
    "--output",
    default="streamtrack-demo",
    show_default=True,
    metavar="DIR",
    help="Where tracks, sequences and the picture go.",
)
@click.option(
    "--frames",
    type=click.IntRange(min=2),
    default=300,
    show_default=True,
    metavar="N",
    help="Frames for each camera.",
)
@host_options
def demo(output: str, frames: int, version: str | None, library: str | None) -> None:
    """Track four simulated cameras at once through libByteTracker.so.

    People cross, hide behind each other and behind pillars, are missed and are detected with low
    scores; the truth is known, so that switched ids can be counted.
    """
    from streamtrack.demo import run_demo

    with progress_bar("tracking four cameras", 4 * frames, "frames") as progress:
        result = run_demo(
            output,
            library=library_of(library),
            version=version_of(version),
            frames=frames,
            progress=progress,
        )
    _print(result)


def _print(result: DemoResult) -> None:
    from rich.table import Table

    stdout = console()
    table = Table(
        "camera",
        "frames",
        "people",
        "boxes",
        "tracks",
        "ids",
        "id switches",
        box=None,
        pad_edge=False,
    )
    numbers_right(table, 1, 2, 3, 4, 5, 6)
    for camera in result.cameras:
        table.add_row(
            camera.name,
            str(camera.frames),
            str(camera.people),
            f"{camera.boxes:,}",
            str(len(camera.ids)),
            f"{min(camera.ids, default=0)} to {max(camera.ids, default=0)}",
            str(camera.switches),
        )
    stdout.print(table)
    count = sum(len(camera.ids) for camera in result.cameras)
    stdout.print(
        f"\n{result.microseconds_per_frame:.1f} microseconds a frame in NvMOT_Process, "
        f"as DeepStream {result.version} calls it"
    )
    verdict = f"{len(result.shared_ids)} of {count} ids stand in two streams"
    stdout.print(verdict if result.shared_ids else f"none of {count} ids stands in two streams")
    for camera in result.cameras:
        stdout.print(f"tracks   {camera.tracks}")
    stdout.print(
        f"picture  {result.picture}"
        if result.picture
        else "picture  none: pip install 'streamtrack[picture]' for it"
    )
    folder = result.cameras[0].tracks.parent
    stdout.print(f"\nnext     streamtrack track {folder}/sequences/* -o tracks")
    stdout.print("         streamtrack track YOUR/det.txt -o tracks")
