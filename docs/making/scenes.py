"""Pictures of what the tracker did on the simulated plaza and at three small cameras."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamtrack as st
from numpy.typing import NDArray
from streamtrack.picture import colour_of
from streamtrack.simulation import Scene, demo_scenes, simulate

from docs.making.svg import Sheet

HIGH, LOW = st.Config().track_high_thresh, st.Config().track_low_thresh
PERSON = 9  # of the plaza: hidden in part for 40 frames
FRAMES = range(70, 150)
MATCHED_FRAME = 112


LEFT, RIGHT, TOP, BOTTOM = 60.0, 736.0, 22.0, 192.0  # the diagram of the bands, on its sheet


def draw_bands(path: Path) -> None:
    """One person's scores over time, and the tracks with and without the low band."""
    scene = _scene("plaza")
    sheet = Sheet(760, 300, "One person's scores over time and the two bands")
    _draw_axes(sheet)
    for frame in FRAMES:
        score = _score(scene, frame)
        if score is not None:
            sheet.dot(_x(frame), _y(score), "high" if score >= HIGH else "low")
    rows = (("both", st.Config()), ("high", st.Config(track_low_thresh=HIGH)))
    for height, (name, config) in zip((218.0, 248.0), rows, strict=True):
        sheet.text(LEFT - 8, height + 13, name, "small", "end")
        for piece in _pieces(_ids_of(scene, config)):
            width = _x(piece.end) - _x(piece.start)
            sheet.box(_x(piece.start), height, width, 17, "", round_by=4, fill=piece.colour)
            if width > 30:
                sheet.text(_x(piece.start) + 5, height + 13, f"id {piece.name}", "ink")
    sheet.save(path)


def _draw_axes(sheet: Sheet) -> None:
    sheet.box(LEFT, _y(1), RIGHT - LEFT, _y(HIGH) - _y(1), "highland")
    sheet.box(LEFT, _y(HIGH), RIGHT - LEFT, _y(LOW) - _y(HIGH), "lowland")
    sheet.text(_x(110), _y(1) + 18, "high band: first match", "small", "middle")
    sheet.text(_x(110), _y(LOW) - 8, "low band: second match", "small", "middle")
    sheet.text(16, _y(0.75) + 4, "score", "small quiet")
    for score in (1.0, HIGH, LOW, 0.0):
        sheet.text(LEFT - 8, _y(score) + 4, f"{score:g}", "small quiet", "end")
    sheet.text(16, 287, "frame", "small quiet")
    for frame in range(FRAMES.start, FRAMES.stop + 1, 10):
        sheet.text(_x(frame), 287, str(frame), "small quiet", "middle")


def _x(frame: float) -> float:
    return LEFT + (frame - FRAMES.start) / len(FRAMES) * (RIGHT - LEFT)


def _y(score: float) -> float:
    return BOTTOM - score * (BOTTOM - TOP)


@dataclass(frozen=True)
class _Piece:
    """A stretch of frames in which one id was seen."""

    name: int
    start: int
    end: int
    colour: str


def _pieces(ids: Iterable[tuple[int, int]]) -> list[_Piece]:
    """Stretches of one id without a gap, from (frame, id); ids are named from 1 in their order."""
    names: dict[int, int] = {}
    found: list[_Piece] = []
    for frame, track_id in ids:
        name = names.setdefault(track_id, len(names) + 1)
        if found and found[-1].name == name and found[-1].end == frame:
            found[-1] = _Piece(name, found[-1].start, frame + 1, found[-1].colour)
        else:
            found.append(_Piece(name, frame, frame + 1, _colour(name)))
    return found


def _ids_of(scene: Scene, config: st.Config) -> Iterable[tuple[int, int]]:
    """(frame, id) wherever the person was reported."""
    tracker = st.Tracker(config, box_format="ltwh")
    for number, frame in enumerate(scene.scene_frames):
        tracks = tracker.update(frame.detected.boxes, frame.detected.scores)
        for track_id, row in zip(tracks.ids.tolist(), tracks.detection_index, strict=True):
            if row >= 0 and frame.person_of[row] == PERSON and number in FRAMES:
                yield number, track_id


def draw_matches(path: Path) -> None:
    """One frame in three steps: predictions, the first match, the second match."""
    scene = _scene("plaza")
    tracker = st.Tracker(box_format="ltwh")
    for frame in scene.scene_frames[:MATCHED_FRAME]:
        tracker.update(frame.detected.boxes, frame.detected.scores)
    predicted = copy.deepcopy(tracker).update(detected=False)
    here = scene.scene_frames[MATCHED_FRAME]
    tracks = tracker.update(here.detected.boxes, here.detected.scores)
    middle = here.truth[here.people == PERSON][0]
    centre = middle[:2] + middle[2:] / 2
    sheet = Sheet(760, 306, "One frame: predicted boxes, first match, second match")
    steps = ("1. Predict every track", "2. First match: high scores", "3. Second match: low scores")
    for column, title in enumerate(steps):
        origin = np.array([16 + column * 246.0, 40.0])
        view = _View(sheet, origin, centre, scale=2.6)
        sheet.text(origin[0], 28, title, "bold")
        sheet.box(*origin, 236, 250, "hair", round_by=4)
        _draw_predictions(view, predicted)
        if column > 0:
            _draw_matches(view, here.detected.boxes, here.detected.scores, tracks, column)
    sheet.save(path)


@dataclass(frozen=True)
class _View:
    """A window of the picture, drawn in a panel."""

    sheet: Sheet
    origin: NDArray[np.float64]
    centre: NDArray[np.float32]
    scale: float

    def place(self, box: NDArray[np.float32]) -> tuple[float, float, float, float] | None:
        """The box in the panel, or None where it does not lie within."""
        corner = self.origin + (box[:2] - self.centre) * self.scale + [118, 112]
        width, height = box[2:] * self.scale
        if (corner < self.origin + 2).any() or (corner[0] + width > self.origin[0] + 234):
            return None
        if corner[1] + height > self.origin[1] + 248:
            return None
        return float(corner[0]), float(corner[1]), float(width), float(height)


def _draw_predictions(view: _View, tracks: st.Tracks) -> None:
    for track_id, box in zip(tracks.ids.tolist(), tracks.boxes, strict=True):
        place = view.place(box)
        if place is not None:
            view.sheet.box(*place, "none dashed")
            view.sheet.text(place[0] + 2, place[1] + place[3] - 4, f"{track_id}", "small quiet")


def _draw_matches(
    view: _View,
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    tracks: st.Tracks,
    column: int,
) -> None:
    """The detections that found a track: the high ones, in the third panel the low ones too."""
    for row in tracks.detection_index.tolist():
        place = view.place(boxes[row])
        band = "high" if scores[row] >= HIGH else "low"
        if place is not None and (band == "high" or column == 2):
            view.sheet.box(*place, f"{band} open")
            view.sheet.text(place[0] - 5, place[1] + 10, f"{scores[row]:.2f}", "small bold", "end")


def draw_ids(path: Path) -> None:
    """Three cameras' tracks over time, with both kinds of ids."""
    scenes = [
        simulate(name, people=4, frames=150, seed=seed)
        for seed, name in enumerate(("gate", "dock", "hall"), start=20)
    ]
    sheet = Sheet(760, 286, "Tracks of three cameras with sequential and unique ids")
    sheet.text(76, 26, "id_mode: sequential", "bold")
    sheet.text(424, 26, "id_mode: unique", "bold")
    top = 40.0
    for name, lines in _lives(scenes).items():
        sheet.text(16, top + 14, name, "bold")
        for count, (track_id, seen) in enumerate(sorted(lines.items()), start=1):
            for left, word in ((76, f"{track_id}"), (424, f"{name} · {count}")):
                start, width = left + seen[0] * 2.1, (seen[-1] - seen[0] + 1) * 2.1
                sheet.box(start, top + 2, width, 14, "", round_by=3, fill=_colour(track_id))
                sheet.text(start + 5, top + 13, word, "ink")
            top += 17
        top += 10
    sheet.text(736, 275, "time →", "small quiet", "end")
    sheet.save(path)


def _lives(scenes: list[Scene]) -> dict[str, dict[int, list[int]]]:
    """For each stream and id the frames in which it was reported; ids counted from 1."""
    tracker = st.MultiStreamTracker(box_format="ltwh")
    lives: dict[str, dict[int, list[int]]] = {scene.name: {} for scene in scenes}
    first = 0
    for number in range(scenes[0].frame_count):
        batch = tracker.update_batch({scene.name: _arrays(scene, number) for scene in scenes})
        for name, tracks in batch.items():
            for track_id in tracks.ids.tolist():
                first = first or track_id
                lives[name].setdefault(track_id - first + 1, []).append(number)
    return lives


def _scene(name: str) -> Scene:
    return next(scene for scene in demo_scenes() if scene.name == name)


def _arrays(scene: Scene, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    detected = scene.scene_frames[number].detected
    return detected.boxes, detected.scores


def _score(scene: Scene, number: int) -> float | None:
    frame = scene.scene_frames[number]
    found = frame.detected.scores[frame.person_of == PERSON]
    return float(found[0]) if len(found) else None


def _colour(number: int) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour_of(number))
