"""The page on DeepStream: its picture of what stays visible is what the tracker does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamtrack as st

PAGE = (Path(__file__).resolve().parents[2] / "docs/deepstream.md").read_text()
ROWS = dict(re.findall(r"^([a-z_:2 ]+?) {2,}(\S(?:.*\S)?)$", PAGE, re.M))


def marks(config: st.Config) -> str:
    """A mark for each frame of the page's scores: its own box, a predicted one, or none."""
    tracker = st.Tracker(config)
    text = ""
    for number, score in enumerate(ROWS["score"].split()):
        boxes = np.array([[100 + 2 * number, 50, 140 + 2 * number, 170]], np.float32)
        if score == "skip":
            tracks = tracker.update(detected=False)
        elif score == "-":
            tracks = tracker.update(np.empty((0, 4), np.float32), np.empty(0, np.float32))
        else:
            tracks = tracker.update(boxes, np.array([score], np.float32))
        if len(tracks.ids) == 0:
            text += "."
        else:
            text += "D" if tracks.detection_index[0] >= 0 else "p"
    return text


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("defaults", {}),
        ("report_tentative: true", {"report_tentative": True}),
        ("report_lost: 2", {"report_lost": 2}),
        ("skipped_frames: hold", {"skipped_frames": "hold"}),
        ("skipped_frames: silent", {"skipped_frames": "silent"}),
    ],
)
def test_the_picture_is_what_the_tracker_does(row: str, values: dict[str, Any]) -> None:
    assert ROWS[row].split() == list(marks(st.Config(**values)))


def test_every_key_on_the_page_is_a_parameter() -> None:
    known = {row.name for row in st.parameters()} | {"classes", "streams"}
    block = re.search(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    assert block is not None
    assert set(re.findall(r"^ *([a-z_]+):", block[1], re.M)) <= known
