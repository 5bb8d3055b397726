"""`streamtrack deepstream`: what an NVIDIA DeepStream pipeline needs."""

from __future__ import annotations

import click

from streamtrack.cli.deepstream_check import check
from streamtrack.cli.deepstream_config import config


@click.group(epilog="Example: streamtrack deepstream lib-path")
def deepstream() -> None:
    """Use the tracker in NVIDIA DeepStream."""


deepstream.add_command(config)
deepstream.add_command(check)


@deepstream.command("lib-path", epilog="Example: ll-lib-file=$(streamtrack deepstream lib-path)")
def lib_path() -> None:
    """Print the path of libByteTracker.so, for ll-lib-file."""
    from streamtrack.deepstream import library_path

    click.echo(library_path())


@deepstream.command(epilog="Example: sudo streamtrack deepstream install")
@click.option(
    "--prefix",
    default="/usr/local",
    show_default=True,
    metavar="DIR",
    help="DIR/lib/streamtrack gets the files.",
)
@click.option("--uninstall", is_flag=True, help="Take them away; a changed configuration stays.")
def install(prefix: str, uninstall: bool) -> None:
    """Put libByteTracker.so and its configuration where pipelines can name them."""
    from streamtrack.deepstream import install as install_library

    click.echo(install_library(prefix, uninstall=uninstall))
