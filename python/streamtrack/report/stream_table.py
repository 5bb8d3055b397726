"""The summary: cards with the whole, and a row for each stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from streamtrack.evaluation.scores import METRICS, Scores
from streamtrack.report.lives import Lives
from streamtrack.report.streams import Stream, activity

_PERCENT = ("HOTA", "MOTA", "IDF1")
_COUNTS = ("IDSW", "Frag", "FP", "FN")
# Figures of which more is better, and of which less is.
_BETTER: dict[str, int] = {**dict.fromkeys(METRICS, 1), **dict.fromkeys(_COUNTS, -1)}

OfLives = Callable[[Lives], float]
_COLUMNS: dict[str, OfLives] = {
    "tracks": lambda lives: len(lives.ids),
    "boxes": lambda lives: len(lives.table),
    "median length": lambda lives: float(np.median(lives.boxes)) if len(lives.ids) else 0,
    "gaps": lambda lives: sum(len(gaps) // 2 for gaps in lives.gaps().values()),
}


def cards(streams: Sequence[Stream], combined: Sequence[Scores]) -> str:
    """Returns the summary over all streams as HTML."""
    runs = range(max((len(stream.runs) for stream in streams), default=1))
    every = [[stream.runs[run] for stream in streams] for run in runs]
    lengths = [
        np.concatenate([np.zeros(0), *(lives.boxes for lives in of_run)]) for of_run in every
    ]
    entries = [
        _card("streams", [len(streams)]),
        _card("frames", [sum(stream.frame_count for stream in streams)]),
        _card("tracks", [sum(len(lives.ids) for lives in of_run) for of_run in every]),
        _card("boxes", [sum(len(lives.table) for lives in of_run) for of_run in every]),
        _card("median length", [float(np.median(x)) if len(x) else 0 for x in lengths]),
    ]
    if combined:
        entries += [
            _card(name, [getattr(scores, name) for scores in combined])
            for name in (*METRICS, *_COUNTS)
        ]
    compared = [stream.comparison for stream in streams if stream.comparison is not None]
    if compared:
        entries.append(_card("frames that differ", [sum(len(c.frames) for c in compared)]))
        entries.append(_card("frames only moved", [sum(len(c.moved) for c in compared)]))
    return "\n".join(entries)


def _card(name: str, values: Sequence[float]) -> str:
    if len(values) == 2 and values[0] == values[1]:
        values = values[:1]
    lines = [
        f"<dd{_run_class(place, values)}>{_text(name, value)}{_change(name, values, place)}</dd>"
        for place, value in enumerate(values)
    ]
    return f'<dl class="card"><dt>{name}</dt>{"".join(lines)}</dl>'


def _run_class(place: int, values: Sequence[float]) -> str:
    return f' class="run-{place}"' if len(values) > 1 else ""


def _change(name: str, values: Sequence[float], place: int) -> str:
    if place == 0:
        return ""
    change = values[1] - values[0]
    sense = _BETTER.get(name, 0) * np.sign(change)
    colour = {1: "var(--good)", -1: "var(--bad)"}.get(int(sense), "var(--muted)")
    sign = "+" if change > 0 else "−"  # noqa: RUF001 - a minus as wide as the plus
    return f' <small style="color:{colour}">{sign}{_text(name, abs(change))}</small>'


def _text(name: str, value: float) -> str:
    if name in _BETTER and name not in _COUNTS:
        return f"{value:.1f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def stream_table(streams: Sequence[Stream]) -> str:
    """Returns a row for each stream as HTML."""
    judged = any(stream.qualities for stream in streams)
    compared = any(stream.comparison is not None for stream in streams)
    names = [*_COLUMNS, *((*_PERCENT, *_COUNTS) if judged else ())]
    heads = ["stream", "boxes over time", "frames", *names, *(["differ"] if compared else [])]
    cells = "".join(
        f"<th>{_sortable(name) if name != 'boxes over time' else name}</th>" for name in heads
    )
    rows = [_row(place, stream, names, compared) for place, stream in enumerate(streams)]
    return (
        f'<table id="streams-table"><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _sortable(name: str) -> str:
    return f'<button type="button">{name}</button>'


def _row(place: int, stream: Stream, names: Sequence[str], compared: bool) -> str:
    cells = [
        f'<td data-value="{escape(stream.name)}">{escape(stream.name)}</td>',
        f"<td>{_sparkline(stream)}</td>",
        _cell("frames", [stream.frame_count]),
    ]
    for name in names:
        if name in _COLUMNS:
            values = [_COLUMNS[name](lives) for lives in stream.runs]
        else:
            values = [float(getattr(quality.scores, name)) for quality in stream.qualities]
        cells.append(_cell(name, values))
    if compared:
        differing = 0 if stream.comparison is None else len(stream.comparison.frames)
        cells.append(_cell("differ", [differing]))
    return f'<tr data-place="{place}" tabindex="0" aria-selected="false">{"".join(cells)}</tr>'


def _cell(name: str, values: Sequence[float]) -> str:
    if not values:
        return '<td data-value="-1">–</td>'  # noqa: RUF001 - an en dash for nothing
    if len(values) == 1 or values[0] == values[1]:
        return f'<td data-value="{values[0]}">{_text(name, values[0])}</td>'
    lines = "".join(
        f'<span class="two run-{run}">{_text(name, value)}</span>'
        for run, value in enumerate(values)
    )
    return f'<td data-value="{values[-1]}">{lines}</td>'


def _sparkline(stream: Stream) -> str:
    values = activity(stream.runs, max(1, stream.frame_count), 40)
    most = max(1e-9, float(values.max(initial=0)))
    paths = []
    for run, of_run in enumerate(values):
        points = " ".join(f"{x * 3},{24 - 22 * y / most:.1f}" for x, y in enumerate(of_run))
        paths.append(f'<path class="run-{run}" d="M{points}"/>')
    return (
        '<svg class="spark" viewBox="0 0 117 26" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(paths)}</svg>"
    )
