"""Draws the pictures of docs/concepts.md: `python -m docs.making.pictures`.

All but the map of a track's life come from runs of the tracker over simulated cameras, so that
they show what it does, not what it is meant to do.
"""

from __future__ import annotations

from pathlib import Path

from docs.making.life import draw_life
from docs.making.scenes import draw_bands, draw_ids, draw_matches

IMAGES = Path(__file__).resolve().parents[1] / "images"


def draw_all(folder: Path) -> None:
    """Writes the four pictures into a folder."""
    draw_life(folder / "life.svg")
    draw_bands(folder / "bands.svg")
    draw_matches(folder / "matches.svg")
    draw_ids(folder / "ids.svg")


if __name__ == "__main__":
    draw_all(IMAGES)
