"""What a cluster's machines do, without a cluster."""

from __future__ import annotations

import shutil
import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import streamtrack as st
from streamtrack.io import InputError, open_inputs
from streamtrack.offline import track_sources
from streamtrack.scale.cluster import cluster
from streamtrack.scale.numbering import number_tracks
from streamtrack.scale.stream import RunFolder, StreamWork, renumber_stream, track_stream
from streamtrack.simulation import save_scene, simulate

from tests.cli.command import fail, succeed


def run_folder(output: Path) -> RunFolder:
    (output / ".tracking").mkdir(parents=True)
    return RunFolder(output / ".tracking")


def one_person(path: Path) -> StreamWork:
    path.write_text("".join(f"{n},-1,{n},20,40,90,0.9\n" for n in range(1, 6)))
    return StreamWork(0, path.stem, str(path), None, id_prefix=9)


def test_ids_are_numbered_as_one_process_numbers(tmp_path: Path) -> None:
    """The witness goes through the frames and hands out ids one by one."""
    random = np.random.default_rng(7)
    births = [np.sort(random.integers(1, 40, count)) for count in (30, 0, 1, 50)]
    births.append(np.array([3, 3, 200]))  # a stream that is longer than all before
    folder = run_folder(tmp_path)
    for place, frames in enumerate(births):
        folder.births(place).parent.mkdir()
        np.save(folder.births(place), frames.astype(np.uint32))
    number_tracks(folder, len(births))
    expected: list[list[int]] = [[] for _ in births]
    last = 0
    for frame in range(1, 201):
        for place, frames in enumerate(births):
            for _ in range(int((frames == frame).sum())):
                last += 1
                expected[place].append(last)
    assert [np.load(folder.ids(place)).tolist() for place in range(len(births))] == expected


def test_what_is_tracked_apart_and_numbered_is_what_one_process_writes(tmp_path: Path) -> None:
    inputs = [tmp_path / f"s{seed}" for seed in range(4)]
    for seed, path in enumerate(inputs):
        save_scene(simulate(path.name, people=9, frames=40 + seed, seed=seed), path)
    said = {"report_lost": 2, "track_buffer": 5}
    config = st.Config(said)
    settings = [word for key, value in said.items() for word in ("--set", f"{key}={value}")]
    succeed("track", *inputs, "-o", tmp_path / "plain", *settings)
    folder = run_folder(tmp_path / "apart")
    works = [StreamWork(n, path.name, str(path), None, 1) for n, path in enumerate(inputs)]
    for work in reversed(works):
        track_stream(work, folder, config, sequential=True)
    number_tracks(folder, len(works))
    for work in works:
        renumber_stream(work, folder)
    for work in works:
        name = f"{work.name}.txt"
        assert (folder.output / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


def test_every_attempt_at_a_stream_writes_the_same_file(tmp_path: Path) -> None:
    work = one_person(tmp_path / "gate.txt")
    folder = run_folder(tmp_path / "out")
    config = st.Config(id_mode="unique")
    told = track_stream(work, folder, config, sequential=False)
    first = (tmp_path / "out" / "gate.txt").read_bytes()
    assert track_stream(work, folder, config, sequential=False).tracks == told.tracks == 1
    assert (tmp_path / "out" / "gate.txt").read_bytes() == first
    assert {int(row.split(b",")[1]) for row in first.splitlines()} == {9 << 32 | 1}
    assert list((folder.path / "0").iterdir()) == []


def test_a_stream_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    work = one_person(tmp_path / "gate.txt")
    folder = run_folder(tmp_path / "out")
    config = st.Config(id_mode="unique")
    for number in range(10):  # what a killed worker leaves
        (folder.path / "0" / f"attempt-host-{number}-x").mkdir(parents=True)
    with pytest.raises(InputError, match="got 10 workers killed while they tracked gate"):
        track_stream(work, folder, config, sequential=False)
    shutil.rmtree(folder.path / "0" / "attempt-host-3-x")
    track_stream(work, folder, config, sequential=False)
    assert (tmp_path / "out" / "gate.txt").exists()


def test_without_ray_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(InputError, match=r"a cluster needs Ray.*'streamtrack\[ray\]'"),
        cluster("127.0.0.1:1", 0),
    ):
        pass


def test_the_cli_refuses_what_has_no_meaning(tmp_path: Path) -> None:
    det = str(one_person(tmp_path / "gate.txt").path)
    out = ["-o", str(tmp_path / "out")]
    (tmp_path / "recorded.csv").write_text("")
    ray = ["track", "--engine", "ray", *out]
    closed = "127.0.0.1:9"  # the port named discard: nothing listens
    for words, rule in (
        (["track", det, *out, "--address", closed], "--address needs --engine ray"),
        ([*ray, det, "--address", closed, "--threads", "2"], "a cluster has the CPUs of its nodes"),
        ([*ray, det, "--via", "deepstream"], "leave --via deepstream out"),
        ([*ray, "street.mp4"], "leave it out for videos"),
        ([*ray, det, "--detector", "people"], "leave it out for videos"),
        ([*ray], "Missing argument"),
        ([*ray, str(tmp_path / "recorded.csv")], "a recording is tracked on one machine"),
        ([*ray, str(tmp_path / "nothing")], "got no such file or folder"),
        ([*ray, det, "--first-id-prefix", "1"], "with id_mode unique, got sequential"),
        (["track", det, *out, "--first-id-prefix", "1"], "with id_mode unique, got sequential"),
        (
            ["track", det, *out, "--via", "deepstream", "--first-id-prefix", "1"],
            "tracked by the core",
        ),
    ):
        assert rule in fail(*words), words
    assert not (tmp_path / "out").exists()
    assert "127.0.0.1:9: [Errno" in fail(*ray, det, "--address", closed)


@pytest.mark.parametrize(
    ("answer", "serves"),
    [(b"", False), (b"", True), (b"SSH-2.0-", True), (b"HTTP/1.1 400\r\n", True)],
)
def test_an_open_port_that_is_not_rays_is_an_error(answer: bytes, serves: bool) -> None:
    """Ray would go on asking for minutes; a stopped server's port answers like the first one."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'streamtrack[ray]'")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1000)

        thread = threading.Thread(target=serve)
        if serves:
            thread.start()
        rule = f"got {address}: what listens there does not answer as Ray does; see docs"
        with pytest.raises(InputError, match=rule), cluster(address, 0):
            pass
        if serves:
            thread.join()


@pytest.mark.parametrize("unseen", ["gate.txt", "out"])
def test_a_machine_that_does_not_see_the_storage_is_told(tmp_path: Path, unseen: str) -> None:
    work = one_person(tmp_path / "gate.txt")
    folder = run_folder(tmp_path / "out")
    (tmp_path / unseen).rename(tmp_path / "elsewhere")
    rule = f"gate.txt: inputs and .* got no {tmp_path / unseen} on {socket.gethostname()};"
    with pytest.raises(InputError, match=rule):
        track_stream(work, folder, st.Config(id_mode="unique"), sequential=False)


@pytest.mark.parametrize("address", ["head", "head:", ":6379", "head:port"])
def test_an_address_has_a_host_and_a_port(address: str) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install 'streamtrack[ray]'")
    rule = f"got {address}: it is not of the form HOST:PORT; see docs"
    with pytest.raises(InputError, match=rule), cluster(address, 0):
        pass


@pytest.mark.parametrize(("first", "fits"), [(0, False), (1, True), (2**32 - 2, True), (-5, False)])
def test_upper_halves_have_32_bits(tmp_path: Path, first: int, fits: bool) -> None:
    sources = open_inputs([one_person(tmp_path / f"{name}.txt").path for name in "ab"])
    config = st.Config(id_mode="unique")
    if fits:
        run = track_sources(sources, tmp_path / "out", config, first_id_prefix=first)
        assert [min(stream.ids) >> 32 for stream in run.streams] == [first, first + 1]
        with pytest.raises(InputError, match="from 1 to 4294967295"):
            track_sources(sources, tmp_path / "out", config, first_id_prefix=2**32 - 1)
    else:
        with pytest.raises(InputError, match=f"got {first} for the first of 2 streams"):
            track_sources(sources, tmp_path / "out", config, first_id_prefix=first)
