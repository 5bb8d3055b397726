"""`streamtrack track` on many machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from streamtrack.cli.console import stage_bars

if TYPE_CHECKING:
    from streamtrack.config import Config
    from streamtrack.scale import ClusterRun

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class ClusterOptions:
    """What the command line says of where to track and of ids."""

    engine: str
    address: str | None
    first_id_prefix: int | None

    def check(self, *, via: str, of_videos: bool, threads: int) -> None:
        """Refuses what has no meaning together.

        Raises:
            click.UsageError: It has none.
        """
        on_cluster = self.engine == "ray"
        rules = (
            (self.address is not None and not on_cluster, "--address needs --engine ray."),
            (
                self.address is not None and threads > 0,
                "--threads is for this machine: a cluster has the CPUs of its nodes.",
            ),
            (
                on_cluster and via != "core",
                "--engine ray tracks with the core: leave --via deepstream out.",
            ),
            (
                on_cluster and of_videos,
                "--engine ray tracks recorded detections: leave it out for videos.",
            ),
            (
                self.first_id_prefix is not None and (via != "core" or of_videos),
                "--first-id-prefix is for recorded detections, tracked by the core.",
            ),
        )
        for broken, rule in rules:
            if broken:
                raise click.UsageError(rule)


def cluster_options(command: Command) -> Command:
    """Adds --engine, --address, --inputs-from and --first-id-prefix."""
    for option in (
        click.option(
            "--first-id-prefix",
            type=int,
            metavar="N",
            help="With id_mode unique, the upper half of the first stream's ids; each further "
            "stream takes the next. See docs/ids.md.",
        ),
        click.option(
            "--inputs-from",
            type=click.File(encoding="utf-8", errors="surrogateescape"),  # paths may be any bytes
            metavar="FILE",
            help="More inputs, one a line; - for standard input.",
        ),
        click.option(
            "--address",
            metavar="HOST:PORT",
            help="With --engine ray, the cluster to join; without, one is started on this machine.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["local", "ray"]),
            default="local",
            show_default=True,
            help="Where to track: in this process, or on a Ray cluster, one stream a task. The "
            "tracks are the same bytes.",
        ),
    ):
        command = option(command)
    return command


def all_inputs(inputs: Sequence[str], inputs_from: TextIO | None) -> list[str]:
    """Returns the inputs of the command line and those of --inputs-from.

    Raises:
        click.UsageError: There is none.
    """
    listed = [line.rstrip("\r\n") for line in inputs_from or ()]
    found = [*inputs, *(line for line in listed if line)]
    if not found:
        raise click.UsageError("Missing argument 'INPUTS...', or --inputs-from.")
    return found


def track_archive(
    inputs: Sequence[str], output: str, config: Config, options: ClusterOptions, *, cpus: int
) -> ClusterRun:
    """Tracks on a cluster and shows how many streams are done."""
    from streamtrack.scale import track_on_cluster

    with stage_bars("streams") as progress:
        return track_on_cluster(
            inputs,
            output,
            config,
            address=options.address,
            cpus=cpus,
            first_id_prefix=options.first_id_prefix,
            progress=progress,
        )
