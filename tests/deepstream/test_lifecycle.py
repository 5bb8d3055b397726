"""The real library's life in a pipeline: sub-batches, reset modes, crowds of streams, real time."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SCENE = """
import sys
import numpy as np
from streamtrack.deepstream import library_path
from streamtrack.host import Host, SourceFrame

VERSION = sys.argv[1]

def host(**arguments):
    return Host(library_path(), VERSION, tracker_size=(1920, 1080), **arguments)

def frame(pad, number, people=3, speed=2, **fields):
    left = 100 + 300 * np.arange(people) + speed * number
    boxes = np.stack([left, 0 * left + 200, 0 * left + 60, 0 * left + 150], 1)
    scores = fields.pop("scores", [0.9] * people)
    return SourceFrame(pad, number, boxes, scores, **fields)

"""


def play(version: str, scene: str, *arguments: str | Path) -> str:
    """Runs a scene in a process of its own, since the library remembers its host's version."""
    words = [sys.executable, "-c", SCENE + textwrap.dedent(scene), version, *map(str, arguments)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("version", ["7.1", "8.0", "9.1"])
def test_sub_batches_with_configurations_of_their_own(version: str, tmp_path: Path) -> None:
    """Each context obeys its own file, in the order of the list."""
    strict, loose = tmp_path / "strict.yml", tmp_path / "loose.yml"
    strict.write_text("track_high_thresh: 0.8\n")
    loose.write_text("track_high_thresh: 0.5\n")
    scene = """
        with host(config_path=";".join(sys.argv[2:]), sub_batches=[[0], [1]]) as one:
            frames = [frame(pad, 0, scores=[0.95, 0.85, 0.65]) for pad in (0, 1)]
            print([len(result.ids) for result in one.process(frames)], one.findings)
    """
    assert play(version, scene, strict, loose).strip() == "[1, 3] []"


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
@pytest.mark.parametrize("id_mode", ["sequential", "unique"])
def test_reset_modes_keep_ids_apart(mode: int, id_mode: str, tmp_path: Path) -> None:
    """After resets and ends of streams: no raw id comes twice; with unique ids, none of two
    streams meet downstream either, whatever the host's mapping makes of them."""
    config = tmp_path / "tracker.yml"
    config.write_text(f"id_mode: {id_mode}\n")
    scene = """
        mode, unique = int(sys.argv[3]), sys.argv[4] == "unique"
        raw, mapped = {}, {}
        with host(config_path=sys.argv[2], reset_mode=mode) as one:
            for life in range(3):
                for number in range(4):
                    for result in one.process([frame(0, number), frame(1, number)]):
                        for table, ids in ((raw, result.raw_ids), (mapped, result.ids)):
                            for i in ids.tolist():
                                assert table.setdefault(i, result.pad) == result.pad or (
                                    table is mapped and not unique
                                ), (i, table)
                one.reset_stream(0)
                one.end_of_stream(1)
        lives_of_0, lives_of_1 = 3 if mode & 1 else 1, 3 if mode & 2 else 1
        print(len(raw) == 3 * (lives_of_0 + lives_of_1), one.findings)
    """
    assert play("9.0", scene, config, str(mode), id_mode).strip() == "True []"


def test_more_streams_than_the_batch_was_made_for() -> None:
    """Pads may come and go beyond maxStreams over time; each is tracked, none is mixed up."""
    scene = """
        ids = set()
        with host(max_streams=2) as one:
            for pad in range(12):
                for number in range(3):
                    (result,) = one.process([frame(pad, number)])
                assert len(result.ids) == 3
                ids.update(result.ids.tolist())
            print(len(ids), one.findings)
    """
    assert play("8.0", scene).strip() == "36 []"


@pytest.mark.parametrize(("version", "given"), [("7.1", "numbers"), ("9.1", "timestamps")])
def test_real_time_follows_what_the_host_gives(version: str, given: str, tmp_path: Path) -> None:
    """People stand still for a gap of 1.5 s, with a buffer of 1 s: told by frame numbers, or by
    9.1's time stamps."""
    scene = """
        stamps = sys.argv[3] == "timestamps"
        seen = []
        with host(config_path=sys.argv[2]) as one:
            for number in [0, 1, 2, 3, 48, 49]:
                stamp = 1000 + number / 30 if stamps else None
                (result,) = one.process([frame(0, number, speed=0, timestamp=stamp)])
                seen.append(sorted(result.ids.tolist()))
        print(seen[0] == seen[3], seen[-1] == seen[0])
    """
    for motion_time, keeps_ids in (("frames", "True"), ("real", "False")):
        config = tmp_path / f"{motion_time}.yml"
        config.write_text(f"motion_time: {motion_time}\nframe_rate: 30\ntrack_buffer: 30\n")
        assert play(version, scene, config, given).split() == ["True", keeps_ids]


@pytest.mark.parametrize("version", ["6.0", "6.4", "8.0", "9.1"])
@pytest.mark.parametrize("id_mode", ["sequential", "unique"])
def test_no_id_comes_again_after_the_library_was_unloaded(
    version: str, id_mode: str, tmp_path: Path
) -> None:
    """Up to 8.0 it is unloaded with the last element; a copy of the file is a library beside it."""
    config = tmp_path / "tracker.yml"
    config.write_text(f"id_mode: {id_mode}\nnode_id: 3\n")
    scene = """
        import shutil
        copy = shutil.copy(library_path(), sys.argv[3])
        ids = []
        for library in [library_path(), library_path(), copy, library_path()]:
            with Host(library, VERSION, tracker_size=(1920, 1080), config_path=sys.argv[2]) as one:
                for number in range(3):
                    (result,) = one.process([frame(0, number)])
                ids += result.ids.tolist()
        print(len(set(ids)), max(ids), one.findings)
    """
    said = play(version, scene, config, tmp_path).split()
    assert said[0] == "12"
    assert said[2] == "[]"
    assert id_mode == "unique" or said[1] == "12"


def test_a_forked_child_counts_on_for_itself() -> None:
    scene = """
        import os
        def first_id():
            with host() as one:
                return one.process([frame(0, 0, people=1)])[0].ids.tolist()
        print(first_id(), flush=True)
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        print(first_id(), flush=True)
    """
    assert play("7.1", scene).split() == ["[1]", "[2]", "[2]"]


def test_a_forked_child_writes_its_own_files(tmp_path: Path) -> None:
    """Threads stay with the parent: a child that opens a context has one of its own."""
    scene = """
        import os, pathlib, time
        folder = pathlib.Path(sys.argv[2])
        def open_host(name):
            config = folder / f"{name}.yml"
            config.write_text(f"metrics_file: {folder / name}.prom\\n")
            return host(config_path=str(config))
        def is_written(name):
            deadline = time.monotonic() + 60
            while not (folder / f"{name}.prom").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            return (folder / f"{name}.prom").exists()
        with open_host("parent") as one:
            print(is_written("parent"), flush=True)
            child = os.fork()
            if child == 0:
                with open_host("child"):
                    os._exit(0 if is_written("child") else 1)
            print(os.waitpid(child, 0)[1])
    """
    assert play("7.1", scene, tmp_path).split() == ["True", "0"]


def test_a_state_file_carries_ids_and_tracks_into_another_process(tmp_path: Path) -> None:
    config = tmp_path / "tracker.yml"
    # A buffer that outlasts the start of a process on the busiest machine.
    config.write_text(f"state_file: {tmp_path / 'state'}\ntrack_buffer: 30000\n")
    scene = """
        with host(config_path=sys.argv[2]) as one:
            for pad in map(int, sys.argv[3].split(",")):
                for number in range(3):
                    (result,) = one.process([frame(pad, number, speed=0)])
                print(result.ids.tolist())
    """
    assert play("7.1", scene, config, "0").split("\n")[0] == "[1, 2, 3]"
    assert play("7.1", scene, config, "0,1").split("\n")[:2] == ["[1, 2, 3]", "[4, 5, 6]"]


def test_a_section_that_no_pad_can_have_is_warned_of(tmp_path: Path) -> None:
    """Outside DeepStream streams have names, and the same file serves both."""
    config = tmp_path / "tracker.yml"
    names = ("0", "gate", "07", "4294967295")
    config.write_text("streams:\n" + "".join(f"  {name}: {{track_buffer: 3}}\n" for name in names))
    scene = """
        import os
        os.dup2(1, 2)  # the library's lines
        with host(config_path=sys.argv[2]):
            pass
    """
    said = play("7.1", scene, config).splitlines()
    assert [line.split()[3] for line in said] == ["gate", "07"]
    assert "pad indices" in said[0]
