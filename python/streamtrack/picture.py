"""Draws tracked scenes as one picture: a panel for each stream, one colour for one id.

Needs Pillow: `pip install streamtrack[picture]`.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

try:
    from PIL import Image, ImageDraw, ImageFont
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"streamtrack.picture needs Pillow, got: {missing}; pip install 'streamtrack[picture]'"
    ) from None

from streamtrack.hues import hue_of
from streamtrack.io.whole_file import whole_file

Box = tuple[float, float, float, float]  # left, top, width, height
Point = tuple[float, float]
Colour = tuple[int, int, int]
Kind = Literal["high", "low", "hidden"]

PAPER: Colour = (17, 20, 29)
FLOOR: Colour = (27, 32, 45)
WALL: Colour = (21, 25, 36)
GRID: Colour = (41, 48, 66)
PILLAR: Colour = (70, 79, 102)
INK: Colour = (232, 236, 244)
FAINT_INK: Colour = (150, 159, 179)
HIDDEN: Colour = (112, 121, 142)
_SHARP = 2  # everything is drawn at twice the size and scaled down, which smooths the edges


@dataclass(frozen=True)
class Figure:
    """A person in a panel: where, who, and how the tracker knows."""

    box: Box
    kind: Kind
    id: int | None = None
    trail: Sequence[Point] = ()


@dataclass
class Panel:
    """One stream's frame.

    Attributes:
        title: The stream's name.
        caption: What the reader should know, in a few words.
        size: Width and height of the frame in pixels.
        figures: Who is there.
        pillars: Boxes of what stands in the way.
        horizon: The y at which floor and wall meet.
        floor_lines: Lines of the floor's grid, each from point to point.
    """

    title: str
    caption: str
    size: tuple[int, int]
    figures: list[Figure] = field(default_factory=list)
    pillars: list[Box] = field(default_factory=list)
    horizon: float = 0.0
    floor_lines: list[tuple[Point, Point]] = field(default_factory=list)


def colour_of(track_id: int) -> Colour:
    """Returns an id's colour: neighbours in number are far apart in hue."""
    hue = hue_of(track_id)
    lightness = (0.62, 0.70, 0.56)[track_id % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.78)
    return round(red * 255), round(green * 255), round(blue * 255)


def draw_mosaic(
    panels: Sequence[Panel], path: Path, *, title: str, subtitle: str, width: int = 1800
) -> None:
    """Draws the panels two in a row under a title, with a legend below, and saves them as PNG.

    Args:
        panels: What to draw, in reading order.
        path: The PNG file.
        title: The headline.
        subtitle: One line below it.
        width: The picture's width in pixels.
    """
    columns = 2 if len(panels) > 1 else 1
    margin, header, footer = 28, 108, 76
    panel_width = (width - margin * (columns + 1)) // columns
    heights = [round(panel_width * panel.size[1] / panel.size[0]) for panel in panels]
    panel_height = max(heights)
    rows = (len(panels) + columns - 1) // columns
    height = header + rows * (panel_height + margin) + footer
    canvas = Canvas(width, height)
    canvas.text((margin, 22), title, 38, INK)
    canvas.text((margin, 70), subtitle, 21, FAINT_INK)
    for number, panel in enumerate(panels):
        left = margin + number % columns * (panel_width + margin)
        top = header + number // columns * (panel_height + margin)
        canvas.paste(draw_panel(panel, panel_width), (left, top))
    _draw_legend(canvas, (margin, height - footer + 6))
    canvas.save(path)


class Canvas:
    """A picture drawn at twice its size: coordinates are those of the finished one."""

    def __init__(self, width: int, height: int, paper: Colour = PAPER) -> None:
        self.size = (width, height)
        self.image = Image.new("RGB", (width * _SHARP, height * _SHARP), paper)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def text(self, at: Point, text: str, size: float, colour: Colour, anchor: str = "la") -> None:
        """Writes one line of text."""
        place = (at[0] * _SHARP, at[1] * _SHARP)
        self.draw.text(place, text, colour, _font(size), anchor=anchor)

    def text_width(self, text: str, size: float) -> float:
        """Returns how wide a text is."""
        return _font(size).getlength(text) / _SHARP

    def line(self, points: Sequence[Point], colour: Colour, width: float, alpha: int = 255) -> None:
        """Draws a line through points."""
        scaled = [(x * _SHARP, y * _SHARP) for x, y in points]
        self.draw.line(scaled, (*colour, alpha), max(1, round(width * _SHARP)), joint="curve")

    def block(
        self,
        box: Box,
        radius: float,
        *,
        fill: Colour | None = None,
        outline: Colour | None = None,
        width: float = 1.0,
        alpha: int = 255,
    ) -> None:
        """Draws a box with round corners."""
        left, top, wide, high = (side * _SHARP for side in box)
        if wide < 1 or high < 1:
            return
        self.draw.rounded_rectangle(
            (left, top, left + wide, top + high),
            min(radius * _SHARP, wide / 2, high / 2),
            None if fill is None else (*fill, alpha),
            None if outline is None else (*outline, alpha),
            max(1, round(width * _SHARP)),
        )

    def dashes(self, box: Box, colour: Colour, dash: float, gap: float, width: float) -> None:
        """Draws a box's outline in dashes."""
        left, top, wide, high = box
        right, bottom = left + wide, top + high
        for start, end in (
            ((left, top), (right, top)),
            ((right, top), (right, bottom)),
            ((right, bottom), (left, bottom)),
            ((left, bottom), (left, top)),
        ):
            for piece in _pieces(start, end, dash, gap):
                self.line(piece, colour, width)

    def paste(self, other: Canvas, at: tuple[int, int]) -> None:
        """Puts another canvas onto this one, with round corners."""
        mask = Image.new("L", other.image.size, 0)
        corner = 10 * _SHARP
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *other.image.size), corner, 255)
        self.image.paste(other.image, (at[0] * _SHARP, at[1] * _SHARP), mask)

    def save(self, path: Path) -> None:
        """Scales the picture to its size and writes it as PNG."""
        finished = self.image.resize(self.size, Image.Resampling.LANCZOS)
        with whole_file(path) as part:
            finished.save(part, format="PNG", optimize=True)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _SHARP)


def _pieces(start: Point, end: Point, dash: float, gap: float) -> Iterator[tuple[Point, Point]]:
    (x, y), (to_x, to_y) = start, end
    length = max(abs(to_x - x), abs(to_y - y))
    done = 0.0
    while done < length:
        begin, stop = done / length, min(done + dash, length) / length
        yield (
            (x + (to_x - x) * begin, y + (to_y - y) * begin),
            (x + (to_x - x) * stop, y + (to_y - y) * stop),
        )
        done += dash + gap


def draw_panel(panel: Panel, width: int) -> Canvas:
    """Draws one stream's frame, `width` pixels wide: the floor and all on it, far things first."""
    scale = width / panel.size[0]
    canvas = Canvas(width, round(panel.size[1] * scale), FLOOR)
    for start, end in panel.floor_lines:
        canvas.line([_scaled(start, scale), _scaled(end, scale)], GRID, 1)
    if panel.horizon > 0:
        canvas.block((0, 0, width, panel.horizon * scale), 0, fill=WALL)
    for figure in panel.figures:
        _draw_trail(canvas, figure, scale)
    pillars: list[Figure | Box] = list(panel.pillars)
    standing = sorted([*pillars, *panel.figures], key=_foot)
    for thing in standing:
        if isinstance(thing, Figure):
            _draw_person(canvas, thing, scale)
        else:
            _draw_pillar(canvas, _scaled_box(thing, scale))
    by_distance = sorted(panel.figures, key=_foot)
    for figure in by_distance:
        _draw_frame(canvas, figure, scale)
    labels: list[Box] = []
    for figure in reversed(by_distance):
        _draw_label(canvas, figure, scale, labels)
    _draw_title(canvas, panel)
    return canvas


def _foot(thing: Figure | Box) -> float:
    box = thing.box if isinstance(thing, Figure) else thing
    return box[1] + box[3]


def _scaled(point: Point, scale: float) -> Point:
    return point[0] * scale, point[1] * scale


def _scaled_box(box: Box, scale: float) -> Box:
    left, top, width, height = box
    return left * scale, top * scale, width * scale, height * scale


def _draw_trail(canvas: Canvas, figure: Figure, scale: float) -> None:
    if figure.id is None or len(figure.trail) < 2:
        return
    colour = colour_of(figure.id)
    points = [_scaled(point, scale) for point in figure.trail]
    count = len(points) - 1
    for number in range(count):
        strength = (number + 1) / count
        canvas.line(
            points[number : number + 2], colour, 1 + 3 * strength, round(50 + 190 * strength)
        )


def _draw_pillar(canvas: Canvas, box: Box) -> None:
    left, top, width, height = box
    canvas.block((left, top + height - width * 0.12, width, width * 0.24), width, fill=(12, 14, 20))
    canvas.block(box, 2, fill=PILLAR)
    canvas.block((left + width * 0.62, top, width * 0.38, height), 2, fill=(54, 62, 82))


def _draw_person(canvas: Canvas, figure: Figure, scale: float) -> None:
    left, top, width, height = _scaled_box(figure.box, scale)
    colour = HIDDEN if figure.id is None else colour_of(figure.id)
    alpha = {"high": 235, "low": 150, "hidden": 90}[figure.kind]
    middle = left + width / 2
    canvas.block(
        (middle - width * 0.42, top + height * 0.965, width * 0.84, height * 0.06),
        height,
        fill=(0, 0, 0),
        alpha=90,
    )
    head = height * 0.15
    canvas.block(
        (middle - head / 2, top + height * 0.03, head, head), head, fill=colour, alpha=alpha
    )
    body = (middle - width * 0.31, top + height * 0.20, width * 0.62, height * 0.40)
    canvas.block(body, width * 0.2, fill=colour, alpha=alpha)
    for side in (-1, 1):
        leg = (middle + side * width * 0.125 - width * 0.1, top + height * 0.56)
        canvas.block((*leg, width * 0.2, height * 0.42), width * 0.1, fill=colour, alpha=alpha)


def _draw_frame(canvas: Canvas, figure: Figure, scale: float) -> None:
    box = _scaled_box(figure.box, scale)
    if figure.id is None or figure.kind == "hidden":
        canvas.dashes(box, HIDDEN, 1.5, 4, 1.2)
        return
    colour = colour_of(figure.id)
    if figure.kind == "high":
        canvas.block(box, 4, outline=colour, width=1.8)
    else:
        canvas.dashes(box, colour, 6, 4, 1.8)


def _draw_label(canvas: Canvas, figure: Figure, scale: float, labels: list[Box]) -> None:
    """Writes a figure's id over its box, higher where another label stands; adds it to `labels`."""
    if figure.id is None:
        return
    text, size, height = str(figure.id), 14.0, 18.0
    left, top, _, _ = _scaled_box(figure.box, scale)
    width = canvas.text_width(text, size) + 10
    label = (left - 1, max(top - height - 2, 1), width, height)
    while label[1] > height and any(_overlap(label, other) for other in labels):
        label = (label[0], label[1] - 1, width, height)
    labels.append(label)
    canvas.block(label, 4, fill=colour_of(figure.id))
    canvas.text((label[0] + width / 2, label[1] + height / 2), text, size, PAPER, anchor="mm")


def _overlap(one: Box, other: Box) -> bool:
    apart = (
        one[0] + one[2] < other[0]
        or other[0] + other[2] < one[0]
        or one[1] + one[3] < other[1]
        or other[1] + other[3] < one[1]
    )
    return not apart


def _draw_title(canvas: Canvas, panel: Panel) -> None:
    title = canvas.text_width(panel.title, 20)
    caption = canvas.text_width(panel.caption, 15)
    canvas.block((12, 12, title + caption + 36, 34), 8, fill=PAPER, alpha=215)
    canvas.text((24, 29), panel.title, 20, INK, anchor="lm")
    canvas.text((36 + title, 30), panel.caption, 15, FAINT_INK, anchor="lm")


def _draw_legend(canvas: Canvas, at: Point) -> None:
    x, y = at
    samples: list[tuple[Figure, str]] = [
        (Figure((0, 0, 20, 54), "high", 3), "high score"),
        (Figure((0, 0, 20, 54), "low", 3), "low score: kept by ByteTrack's second match"),
        (Figure((0, 0, 20, 54), "hidden"), "hidden or missed: the track waits"),
    ]
    for figure, text in samples:
        placed = Figure((x, y, *figure.box[2:]), figure.kind, figure.id)
        _draw_person(canvas, placed, 1)
        box: Box = placed.box
        if figure.kind == "high":
            canvas.block(box, 4, outline=colour_of(3), width=1.8)
        elif figure.kind == "low":
            canvas.dashes(box, colour_of(3), 6, 4, 1.8)
        else:
            canvas.dashes(box, HIDDEN, 1.5, 4, 1.2)
        canvas.text((x + 34, y + 27), text, 18, INK, anchor="lm")
        x += 34 + canvas.text_width(text, 18) + 48
    points = [(x + 3.2 * step, y + 36 - 14 * (step / 20) ** 2) for step in range(21)]
    _draw_trail(canvas, Figure((0, 0, 1, 1), "high", 3, points), 1)
    canvas.text((x + 78, y + 27), "where it came from; one colour, one id", 18, INK, anchor="lm")
