"""`streamtrack deepstream config`: the files that a pipeline names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from streamtrack.cli.options import config_of, config_options


@click.command(
    epilog="Example: streamtrack deepstream config -o camera.yml --width 1920 --height 1080 "
    "--set track_high_thresh=0.6 >> deepstream_app_config.txt"
)
@click.option(
    "-o",
    "--output",
    default="config_tracker_ByteTrack.yml",
    show_default=True,
    metavar="FILE",
    help="The tracker's YAML file; must not exist yet.",
)
@click.option(
    "--width",
    type=click.IntRange(min=1),
    default=960,
    show_default=True,
    help="tracker-width, in pixels.",
)
@click.option(
    "--height",
    type=click.IntRange(min=1),
    default=544,
    show_default=True,
    help="tracker-height, in pixels.",
)
@click.option(
    "--gpu-id",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The GPU of the pipeline's buffers.",
)
@config_options
def config(
    output: str,
    width: int,
    height: int,
    gpu_id: int,
    config_file: str | None,
    preset: str | None,
    assignments: Sequence[str],
) -> None:
    """Write the tracker's YAML file and print the [tracker] section that names it.

    Without --config, --preset and --set the file holds every parameter, each behind a #.
    """
    from streamtrack.config_writing import yaml_of
    from streamtrack.deepstream import library_path, properties
    from streamtrack.parameters import parameters_yaml

    library_path()  # what is missing is said before a file is written
    said = config_of(config_file, preset, assignments).to_dict()
    path = Path(output)
    if path.exists():
        raise FileExistsError(f"{path} exists already; choose another name with -o, or remove it")
    with path.open("x", encoding="utf-8") as file:
        file.write(yaml_of(said) if said else parameters_yaml())
    click.echo("[tracker]\nenable=1")
    for key, value in properties(path, width, height, gpu_id).items():
        click.echo(f"{key}={int(value) if isinstance(value, bool) else value}")
