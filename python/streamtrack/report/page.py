"""Puts the page together: what is read without JavaScript, and the streams for the drawings."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

import numpy as np

from streamtrack.evaluation.scores import Scores
from streamtrack.hues import hues_of
from streamtrack.report.lives import Json
from streamtrack.report.parameter_table import parameter_table
from streamtrack.report.stream_table import cards, stream_table
from streamtrack.report.streams import (
    Quality,
    Run,
    Stream,
    activity,
    length_histogram,
    score_histogram,
)

_SCRIPTS = (
    "data.js",
    "canvas.js",
    "timeline.js",
    "scene.js",
    "charts.js",
    "differences.js",
    "main.js",
)


def page(
    title: str,
    runs: Sequence[Run],
    streams: Sequence[Stream],
    combined: Sequence[Scores],
    notes: Sequence[str],
) -> str:
    """Returns the whole page.

    Args:
        title: Its title.
        runs: One or two runs.
        streams: Every stream that a run has.
        combined: The figures of each run over all streams with ground truth, or nothing.
        notes: What the reader should know.
    """
    index = {"runs": [run.name for run in runs], "streams": [stream.name for stream in streams]}
    blobs = [
        f'<script type="text/plain" id="stream-{place}">{_packed(_stream_json(stream))}</script>'
        for place, stream in enumerate(streams)
    ]
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        style=_asset("page.css"),
        legend=_legend(runs),
        cards=cards(streams, combined),
        notes="".join(f'<p class="panel note">{escape(note)}</p>' for note in notes),
        streams=stream_table(streams),
        parameters=parameter_table(runs),
        index=json.dumps(index).replace("<", "\\u003c"),
        blobs="\n".join(blobs),
        script='"use strict";\n' + "\n".join(_asset(name) for name in _SCRIPTS),
    )


def _asset(name: str) -> str:
    folder = resources.files("streamtrack.report").joinpath("assets")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _legend(runs: Sequence[Run]) -> str:
    if len(runs) < 2:
        return ""
    names = " against ".join(
        f'<strong class="run-{place}">{escape(run.name)}</strong>' for place, run in enumerate(runs)
    )
    return f'<p class="muted">{names}</p>'


def _packed(data: Json) -> str:
    text = json.dumps(data, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _stream_json(stream: Stream) -> Json:
    frames = max(1, stream.frame_count)
    runs = zip(stream.runs, _hues(stream), strict=True)
    return {
        "name": stream.name,
        "frames": frames,
        "rate": stream.info.frame_rate,
        "extent": stream.extent(),
        "sized": stream.info.size is not None,
        "picture": stream.picture,
        "activity": np.round(activity(stream.runs, frames), 3).tolist(),
        "runs": [lives.to_json(hues) for lives, hues in runs],
        "qualities": [_quality_json(quality) for quality in stream.qualities],
        "histograms": [
            {"scores": score_histogram(lives), "lengths": length_histogram(lives)}
            for lives in stream.runs
        ],
        "differences": stream.comparison
        and stream.comparison.to_json(stream.runs[0], stream.runs[1]),
    }


def _hues(stream: Stream) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Each track's hue; a track of the second run has that of the first run's same track."""
    hues = [hues_of(lives.ids) for lives in stream.runs]
    if stream.comparison is not None:
        for ours, theirs in stream.comparison.renaming.items():
            hues[1][theirs] = hues[0][ours]
    return hues


def _quality_json(quality: Quality) -> Json:
    return {
        "objects": quality.objects,
        "switches": quality.switches,
        "fragments": quality.fragments,
    }
