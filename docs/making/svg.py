"""A sheet of SVG that reads well on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

Point = tuple[float, float]

# A panel of its own below everything: a page's colours never decide whether a word can be read.
_STYLE = """<style>
text{font:13px system-ui,'Segoe UI',sans-serif;fill:#24303b}
.panel{fill:#f7f9fb;stroke:#d4dbe2}.quiet{fill:#5d6a76}.bold{font-weight:600}.small{font-size:11px}
.ink{fill:#10181f;font-weight:600;font-size:11px}
.line{stroke:#5d6a76;fill:none;stroke-width:1.4}.hair{stroke:#b4bec8;fill:none}
.box{fill:#ffffff;stroke:#24303b;stroke-width:1.4}.head{fill:#5d6a76}
.high{fill:#0a9385;stroke:#0a9385}.low{fill:#d98200;stroke:#d98200}.none{fill:none;stroke:#77838f}
.highland{fill:#0a9385;opacity:.10}.lowland{fill:#d98200;opacity:.12}
.open{fill:none;stroke-width:2}.dashed{stroke-dasharray:5 4}
@media (prefers-color-scheme:dark){
text{fill:#e3e9ee}.ink{fill:#10181f}.panel{fill:#1d242b;stroke:#39444e}.quiet{fill:#a3afba}
.line{stroke:#a3afba}.hair{stroke:#4a5661}.box{fill:#27313a;stroke:#c6d0d9}.head{fill:#a3afba}
.high{fill:#2cc4b3;stroke:#2cc4b3}.low{fill:#ffb13d;stroke:#ffb13d}.none{stroke:#93a0ac}
.open{fill:none}}
</style>"""


class Sheet:
    """Shapes in the order in which they are laid on one another."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            _STYLE,
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" class="head"/>'
            "</marker></defs>",
        ]
        self.box(0.5, 0.5, width - 1, height - 1, "panel", round_by=8)

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        kind: str,
        *,
        round_by: float = 0,
        fill: str = "",
    ) -> None:
        """A rectangle; `fill` is a colour that takes the place of its kind's."""
        colour = f' style="fill:{fill}"' if fill else ""
        self._parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{round_by:g}" class="{kind}"{colour}/>'
        )

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """One line of text."""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )

    def dot(self, x: float, y: float, kind: str, radius: float = 3.2) -> None:
        """A small circle."""
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}"/>')

    def line(self, points: Sequence[Point], kind: str = "line") -> None:
        """A line through points."""
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{way}" class="{kind}"/>')

    def arrow(self, path: str) -> None:
        """A path with a tip at its end."""
        self._parts.append(f'<path d="{path}" class="line" marker-end="url(#tip)"/>')

    def save(self, path: Path) -> None:
        """Writes the picture."""
        path.write_text("\n".join([*self._parts, "</svg>", ""]), encoding="utf-8")
