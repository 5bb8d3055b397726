"""The picture: every figure is drawn where it is, in its id's colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamtrack.picture import Figure, Panel, colour_of, draw_mosaic, draw_panel


def pixels(panel: Panel) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    canvas = draw_panel(panel, panel.size[0])
    return np.asarray(canvas.image.resize(canvas.size, Image.Resampling.BOX))


def share_of(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], track_id: int) -> float:
    """Share of the pixels that have an id's colour, edges and shades left out."""
    near = np.abs(image.astype(int) - np.array(colour_of(track_id))).max(axis=2) < 40
    return float(near.mean())


@pytest.mark.parametrize("before", [0, 77 << 57 | 12345 << 32], ids=["sequential", "unique"])
def test_neighbouring_ids_have_different_colours(before: int) -> None:
    for first in range(before + 1, before + 200):
        for second in range(first + 1, first + 8):
            distance = np.abs(np.subtract(colour_of(first), colour_of(second))).sum()
            assert distance > 60, (first, second)


def test_a_person_stands_in_its_box_in_its_colour() -> None:
    panel = Panel("gate", "", (640, 360), [Figure((300, 150, 60, 150), "high", 5)])
    image = pixels(panel)
    assert share_of(image[160:295, 305:355], 5) > 0.3
    assert share_of(image[160:295, 100:290], 5) == 0.0


def test_a_missed_person_has_no_colour_and_a_low_score_is_dashed() -> None:
    def outline(kind: str) -> int:
        figure = Figure((300, 100, 60, 200), kind, 5)  # type: ignore[arg-type]
        image = pixels(Panel("gate", "", (640, 360), [figure])).astype(int)
        left_edge = image[130:290, 299:303]
        return int((np.abs(left_edge - np.array(colour_of(5))).max(axis=2) < 60).any(axis=1).sum())

    assert outline("hidden") == 0
    assert 0 < outline("low") < 0.8 * outline("high")


def test_those_in_front_are_drawn_over_those_behind() -> None:
    behind, front = Figure((300, 100, 80, 180), "high", 1), Figure((300, 120, 80, 200), "high", 2)
    for figures in ([behind, front], [front, behind]):
        image = pixels(Panel("gate", "", (640, 360), figures))
        body = image[170:230, 330:350]
        assert share_of(body, 2) > 5 * share_of(body, 1)


def test_the_mosaic_has_a_place_for_every_panel(tmp_path: Path) -> None:
    panels = [
        Panel(name, "one person", (640, 360), [Figure((300, 100, 80, 180), "high", track_id)])
        for track_id, name in enumerate(("a", "b", "c"), start=1)
    ]
    path = tmp_path / "mosaic.png"
    draw_mosaic(panels, path, title="Three", subtitle="cameras", width=1000)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width == 1000
        image = np.asarray(picture)
    middle_x, middle_y = image.shape[1] // 2, image.shape[0] // 2
    quarters = image[:middle_y, :middle_x], image[:middle_y, middle_x:], image[middle_y:, :middle_x]
    for track_id, quarter in enumerate(quarters, start=1):
        shares = {other: share_of(quarter, other) for other in (1, 2, 3)}
        assert max(shares, key=shares.__getitem__) == track_id
