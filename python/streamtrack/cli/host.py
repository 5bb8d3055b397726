"""`streamtrack host`: a stand-in for DeepStream that drives any tracker library."""

from __future__ import annotations

import click


@click.group()
def host() -> None:
    """Drive a tracker library as DeepStream's nvtracker does, without DeepStream."""
