"""A run over recorded inputs: all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamtrack as st
from streamtrack.io.source import DetectedFrame, InputError, NamedStream
from streamtrack.offline import Step, core_step, track_sources
from streamtrack.simulation import Scene, simulate


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [simulate(name, people=10, frames=frames) for name, frames in (("a", 30), ("b", 20))]


def test_the_summary_counts_what_was_written(tmp_path: Path, scenes: list[Scene]) -> None:
    batches: list[int] = []
    run = track_sources(scenes, tmp_path / "deep" / "out", progress=batches.append)
    assert batches == [2] * 20 + [1] * 10
    assert [(stream.name, stream.frames) for stream in run.streams] == [("a", 30), ("b", 20)]
    for stream, scene in zip(run.streams, scenes, strict=True):
        rows = stream.path.read_text().splitlines()
        assert stream.boxes == len(rows) > 0
        assert stream.ids == {int(row.split(",")[1]) for row in rows}
        assert stream.detections == sum(len(frame.scores) for frame in scene.frames())


def test_a_fault_found_at_the_end_leaves_no_output(tmp_path: Path, scenes: list[Scene]) -> None:
    @contextmanager
    def faulty(config: st.Config, sources: Sequence[NamedStream]) -> Iterator[Step]:
        assert [source.name for source in sources] == ["a", "b"]
        yield core_step(config)
        raise RuntimeError("found fault")

    with pytest.raises(RuntimeError, match="found fault"):
        track_sources(scenes, tmp_path, engine=faulty)
    assert list(tmp_path.iterdir()) == []


class BreakingScene(Scene):
    """A source that cannot be read to its end."""

    def frames(self) -> Iterator[DetectedFrame]:
        yield from list(super().frames())[:5]
        raise InputError("the file ends")


def test_an_input_that_breaks_off_leaves_no_output(tmp_path: Path, scenes: list[Scene]) -> None:
    broken = BreakingScene("c", scenes[0].camera, scenes[0].scene_frames)
    with pytest.raises(InputError, match="the file ends"):
        track_sources([*scenes, broken], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_older_result_stays_until_the_new_one_is_whole(
    tmp_path: Path, scenes: list[Scene]
) -> None:
    (tmp_path / "c.txt").write_text("old")
    broken = BreakingScene("c", scenes[0].camera, scenes[0].scene_frames)
    with pytest.raises(InputError):
        track_sources([broken], tmp_path)
    assert (tmp_path / "c.txt").read_text() == "old"


def test_frame_rates_of_sources_reach_their_streams(tmp_path: Path, scenes: list[Scene]) -> None:
    seen: list[st.Config] = []

    @contextmanager
    def watching(config: st.Config, _: Sequence[NamedStream]) -> Iterator[Step]:
        seen.append(config)
        yield core_step(config)

    track_sources(scenes, tmp_path, st.Config(streams={"b": {"frame_rate": 5}}), engine=watching)
    assert seen[0].resolve("a")["frame_rate"] == 25.0
    assert seen[0].resolve("b")["frame_rate"] == 5.0
