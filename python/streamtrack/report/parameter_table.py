"""The table of the parameters used."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from streamtrack.config import Config
from streamtrack.parameters import parameters
from streamtrack.report.streams import Run

UNKNOWN = "Not known: files of tracks do not hold them; give the --config that track was given."


def parameter_table(runs: Sequence[Run]) -> str:
    """Returns the parameters of each run as HTML; those that differ from the default stand out."""
    known = [run for run in runs if run.config is not None]
    if not known:
        return f'<p class="muted">{UNKNOWN}</p>'
    heads = ["parameter", *(run.name for run in known), "default", "meaning"]
    rows = []
    for row in parameters():
        if row.scope == "class_only":
            continue
        values = [_value(run.config, row.name) for run in known if run.config is not None]
        default = _value(Config(), row.name)
        changed = any(value != default for value in values)
        cells = [row.name, *values, default, row.meaning]
        kind = ' class="changed"' if changed else ""
        rows.append(f"<tr{kind}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    missing = [run.name for run in runs if run.config is None]
    notes = "".join(f'<p class="muted">{escape(name)}: {UNKNOWN}</p>' for name in missing)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return notes + _sections(known) + f'<div class="scroll parameters">{table}</div>'


def _value(config: Config, name: str) -> str:
    value = config.resolve()[name]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) or "none"


def _sections(runs: Sequence[Run]) -> str:
    """What is said of single streams and classes."""
    lines = []
    for run in runs:
        said = run.config.to_dict() if run.config is not None else {}
        for kind in ("streams", "classes"):
            for name, values in said.get(kind, {}).items():
                pairs = ", ".join(f"{key} {value}" for key, value in values.items())
                lines.append(f"{run.name}, {kind} {name}: {pairs}")
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
