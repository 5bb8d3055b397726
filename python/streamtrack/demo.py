"""The demo: four simulated cameras through libByteTracker.so, as DeepStream would drive it."""

from __future__ import annotations

import importlib.util
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamtrack.config import Config
from streamtrack.io.source import DetectedFrame, NamedStream
from streamtrack.nvtracker import NEWEST, NvTracker
from streamtrack.offline import Engine, Step, TrackedFrame, track_sources
from streamtrack.simulation import Scene, demo_scenes, identity_switches, save_scene

# For each batch: from a camera's name to its tracks.
History = list[Mapping[str, TrackedFrame]]


@dataclass(frozen=True)
class CameraResult:
    """What the demo found for one camera.

    Attributes:
        name: The camera's name.
        frames: Frames tracked.
        people: Persons who really came into view.
        boxes: Boxes reported, over all frames.
        ids: The ids that were reported.
        switches: How often a person's id changed.
        tracks: The file with the tracks.
    """

    name: str
    frames: int
    people: int
    boxes: int
    ids: frozenset[int]
    switches: int
    tracks: Path


@dataclass(frozen=True)
class DemoResult:
    """What the demo found.

    Attributes:
        cameras: One result for each camera.
        shared_ids: Ids that stand in more than one stream: there are none.
        microseconds_per_frame: Time in NvMOT_Process for one frame of one camera.
        version: The DeepStream version that the host played.
        picture: The picture, or None without Pillow.
    """

    cameras: list[CameraResult]
    shared_ids: frozenset[int]
    microseconds_per_frame: float
    version: str
    picture: Path | None


def run_demo(
    output: str | os.PathLike[str],
    *,
    library: Path,
    version: str = NEWEST,
    frames: int = 300,
    progress: Callable[[int], None] | None = None,
) -> DemoResult:
    """Tracks four simulated cameras at once and writes tracks, sequences and a picture.

    Args:
        output: The folder to write to: `<camera>.txt` with the tracks, `sequences/<camera>` with
            detections and truth in MOT text, and `demo.png` if Pillow is installed.
        library: The tracker library.
        version: The DeepStream version that the host plays.
        frames: Frames for each camera.
        progress: As for `track_sources`.
    """
    folder = Path(output)
    scenes = demo_scenes(frames)
    for scene in scenes:
        save_scene(scene, folder / "sequences" / scene.name)
    tracker = NvTracker(library, version)
    history: History = []
    run = track_sources(scenes, folder, engine=_recorded(tracker, history), progress=progress)
    cameras = [
        CameraResult(
            name=scene.name,
            frames=summary.frames,
            people=scene.person_count,
            boxes=summary.boxes,
            ids=frozenset(summary.ids),
            switches=switches_of(scene, history),
            tracks=summary.path,
        )
        for scene, summary in zip(scenes, run.streams, strict=True)
    ]
    streams_of = Counter(track_id for camera in cameras for track_id in camera.ids)
    return DemoResult(
        cameras=cameras,
        shared_ids=frozenset(track_id for track_id, count in streams_of.items() if count > 1),
        microseconds_per_frame=tracker.process_seconds / sum(c.frames for c in cameras) * 1e6,
        version=version,
        picture=_draw(scenes, cameras, history, version, folder / "demo.png"),
    )


def _recorded(tracker: Engine, history: History) -> Engine:
    """The same engine, with every batch's tracks kept in `history`."""

    @contextmanager
    def opened(config: Config, sources: Sequence[NamedStream]) -> Iterator[Step]:
        with tracker(config, sources) as step:

            def kept(
                number: int, frames: Mapping[str, DetectedFrame]
            ) -> Mapping[str, TrackedFrame]:
                tracks = step(number, frames)
                history.append(tracks)
                return tracks

            yield kept

    return opened


def switches_of(scene: Scene, history: History) -> int:
    """Counts a scene's identity switches in the recorded batches."""
    return identity_switches(
        scene, ((tracks.ids, tracks.detection_index) for tracks in (b[scene.name] for b in history))
    )


def _draw(
    scenes: Sequence[Scene],
    cameras: Sequence[CameraResult],
    history: History,
    version: str,
    path: Path,
) -> Path | None:
    if importlib.util.find_spec("PIL") is None:
        return None
    from streamtrack.demo_picture import draw_demo

    captions = [
        f"{camera.people} people, {len(camera.ids)} ids, "
        f"{camera.switches} switch{'' if camera.switches == 1 else 'es'}"
        for camera in cameras
    ]
    draw_demo(scenes, captions, history, version, path)
    return path
