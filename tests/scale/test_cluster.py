"""`streamtrack track --engine ray`: the same bytes, on clusters that really run.

All that starts a cluster stands in this file, so that no two run at once.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from streamtrack.io import box_table, convert, write_parquet
from streamtrack.simulation import save_scene, simulate

from tests.cli.command import COMMAND, succeed
from tests.scale.ray_nodes import RayHome, parent_of, wait_until

pytest.importorskip("ray", reason="needs Ray: pip install 'streamtrack[ray]'")


@pytest.fixture(scope="module")
def home() -> Iterator[RayHome]:
    made = RayHome()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def address(home: RayHome) -> str:
    return home.start_two_nodes()


@pytest.fixture(scope="module")
def sequences(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Streams of different lengths, rates and crowds; one has no detections."""
    folder = tmp_path_factory.mktemp("sequences")
    for seed, (name, people, frames) in enumerate(
        [("gate", 12, 80), ("dock", 20, 50), ("hall", 15, 120), ("yard", 6, 60)]
    ):
        save_scene(simulate(name, people=people, frames=frames, seed=seed), folder / name)
    (folder / "empty.txt").write_text("")
    return sorted(folder.iterdir(), reverse=True)


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory, sequences: list[Path]) -> Path:
    """The same streams in one file."""
    path = tmp_path_factory.mktemp("parquet") / "archive.parquet"
    convert(sequences, path, "parquet")
    return path


def outputs(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def on_cluster(
    home: RayHome, *words: str | Path, fails: bool = False, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "track", "--engine", "ray", *words],
        env=env or home.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stderr
    assert done.stdout == ""
    return done


def test_a_cluster_on_this_machine_writes_the_same_bytes_and_goes(
    tmp_path: Path, sequences: list[Path]
) -> None:
    home = RayHome()
    config = tmp_path / "tracker.yml"
    config.write_text("streams:\n  dock: {track_high_thresh: 0.7}\n  quay: {track_buffer: 9}\n")
    words: list[str | Path] = [*sequences, "--config", config]
    plain = succeed("track", *words, "-o", tmp_path / "plain")
    done = on_cluster(home, *words, "-o", tmp_path / "ray", "--threads", "1")
    assert wait_until(lambda: not home.processes(), 15)
    home.stop()
    assert outputs(tmp_path / "ray") == outputs(tmp_path / "plain")
    said = done.stderr.splitlines()
    assert "tracking: 5 of 5 streams done" in said
    assert "numbering: 5 of 5 streams done" in said
    table = plain.stderr.replace(str(tmp_path / "plain"), str(tmp_path / "ray")).splitlines()
    of_streams = [line.split() for line in table if line.endswith(".txt")]
    assert [line.split() for line in said if line.endswith(".txt")] == of_streams
    notes = {line for line in table if "note:" in line}
    assert {line for line in said if "note:" in line} == notes
    assert len(notes) == 2


def test_two_nodes_track_a_file_of_many_streams(
    tmp_path: Path, home: RayHome, address: str, parquet: Path
) -> None:
    succeed("track", parquet, "-o", tmp_path / "plain", "--preset", "reference")
    words: list[str | Path] = [
        "-o",
        tmp_path / "ray",
        "--preset",
        "reference",
        "--address",
        address,
    ]
    on_cluster(home, parquet, *words)
    assert outputs(tmp_path / "ray") == outputs(tmp_path / "plain")


def test_chosen_upper_halves_make_unique_ids_the_same_everywhere(
    tmp_path: Path, home: RayHome, address: str, sequences: list[Path]
) -> None:
    words = ["--set", "id_mode=unique", "--first-id-prefix", "70000"]
    succeed("track", *sequences, "-o", tmp_path / "plain", *words)
    listed = tmp_path / "inputs.txt"
    listed.write_text("".join(f"{path}\n" for path in sequences))
    words += ["--address", address]
    on_cluster(home, "--inputs-from", listed, "-o", tmp_path / "text", *words)
    plain = outputs(tmp_path / "plain")
    assert outputs(tmp_path / "text") == plain
    for place, path in enumerate(sequences):
        ids = {int(row.split(b",")[1]) for row in plain[f"{path.stem}.txt"].splitlines()}
        assert {one >> 32 for one in ids} == ({70000 + place} if path.stem != "empty" else set())


def test_drawn_upper_halves_differ_from_stream_to_stream(
    tmp_path: Path, home: RayHome, address: str, sequences: list[Path]
) -> None:
    words: list[str | Path] = [*sequences, "--set", "id_mode=unique"]
    succeed("track", *words, "-o", tmp_path / "plain")
    on_cluster(home, *words, "-o", tmp_path / "ray", "--address", address)
    drawn = set[int]()
    for name, text in outputs(tmp_path / "ray").items():
        rows = [row.split(b",", 2) for row in text.splitlines()]
        ids = [int(number) for _, number, _ in rows]
        drawn |= {one >> 32 for one in ids}
        plain = [row.split(b",", 2) for row in outputs(tmp_path / "plain")[name].splitlines()]
        lower = [int(number) & 0xFFFFFFFF for _, number, _ in plain]
        assert [one & 0xFFFFFFFF for one in ids] == lower
        assert [row[0::2] for row in rows] == [row[0::2] for row in plain]
    assert len(drawn) == len(sequences) - 1
    assert 0 not in drawn


def long_stream(path: Path, shift: int) -> Path:
    """A person each hundredth frame of very many, who is seen too seldom to stay one."""
    rows = [f"{frame},-1,{shift},20,40,90,0.9\n" for frame in range(1, 250_000, 100)]
    path.write_text("".join(rows))
    return path


def workers_at_work(output: Path) -> dict[int, int]:
    """The worker of each stream that is being tracked: place -> process."""
    attempts = list(output.glob(".tracking-*/*/attempt-*"))
    found = [re.findall(r"/(\d+)/attempt-.*-(\d+)-[^-]*$", str(path)) for path in attempts]
    return {int(place): int(process) for [(place, process)] in found}


def test_a_killed_worker_loses_nothing(tmp_path: Path, home: RayHome, address: str) -> None:
    """Two nodes with a CPU each are at work when one's worker is killed in the middle."""
    inputs = [long_stream(tmp_path / f"{name}.txt", shift) for shift, name in enumerate("ab")]
    said = ["--set", "report_tentative=true"]
    succeed("track", *inputs, *said, "-o", tmp_path / "plain")
    output = tmp_path / "ray"
    running = subprocess.Popen(
        [COMMAND, "track", "--engine", "ray", "--address", address, *inputs, *said, "-o", output],
        env=home.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_until(lambda: len(workers_at_work(output)) == 2, 60)
        workers = workers_at_work(output)
        assert parent_of(workers[0]) != parent_of(workers[1])  # one of each node
        assert set(workers.values()) <= set(home.processes())
        os.kill(workers[1], signal.SIGKILL)
        assert not (output / "b.txt").exists()
        _, stderr = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 0, stderr
    assert outputs(output) == outputs(tmp_path / "plain")
    assert len((output / "b.txt").read_text().splitlines()) == 2500


@pytest.fixture
def with_a_broken_one(tmp_path: Path, sequences: list[Path]) -> list[Path]:
    broken = tmp_path / "broken.txt"
    broken.write_text("1,-1,10,20,30,40,0.9\n2,-1,10,20,30,-40,0.9\n")
    return [sequences[0], broken, sequences[1]]


def test_every_broken_stream_is_named(
    tmp_path: Path, home: RayHome, address: str, with_a_broken_one: list[Path]
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("no number\n")
    words: list[str | Path] = ["--address", address, "-o", tmp_path / "out"]
    failed = on_cluster(home, *with_a_broken_one, other, *words, fails=True)
    note, error = [line for line in failed.stderr.splitlines() if "streamtrack: " in line]
    assert f"note: {other}, row 1: " in note
    assert "error: " in error
    assert "broken.txt, row 2: " in error
    assert "(1 more failed)" in error


def test_every_parquet_file_that_cannot_be_read_is_named(
    tmp_path: Path, home: RayHome, address: str, parquet: Path
) -> None:
    broken = [tmp_path / f"{name}.parquet" for name in ("cut", "noise")]
    broken[0].write_bytes(parquet.read_bytes()[:-100])
    broken[1].write_bytes(b"noise")
    words: list[str | Path] = ["--address", address, "-o", tmp_path / "out"]
    failed = on_cluster(home, broken[0], parquet, broken[1], *words, fails=True)
    note, error = [line for line in failed.stderr.splitlines() if "streamtrack: " in line]
    assert f"note: {broken[1]}: " in note
    assert f"error: {broken[0]}: " in error
    assert "(1 more failed); nothing was tracked" in error
    assert list((tmp_path / "out").iterdir()) == []


def test_another_token_is_told(tmp_path: Path, home: RayHome, address: str) -> None:
    (tmp_path / "gate.txt").write_text("")
    env = home.environment | {"RAY_AUTH_TOKEN": "0" * 64}
    words: list[str | Path] = [tmp_path / "gate.txt", "-o", tmp_path / "out", "--address", address]
    failed = on_cluster(home, *words, fails=True, env=env)
    assert (
        "it may have another token (export RAY_AUTH_MODE=token)" in failed.stderr.splitlines()[-1]
    )


def test_a_broken_stream_does_not_take_the_others_with_it(
    tmp_path: Path, home: RayHome, address: str, with_a_broken_one: list[Path]
) -> None:
    words: list[str | Path] = [
        *with_a_broken_one,
        "--set",
        "id_mode=unique",
        "--first-id-prefix",
        "3",
    ]
    output = tmp_path / "out"
    failed = on_cluster(home, *words, "--address", address, "-o", output, fails=True)
    [line] = [line for line in failed.stderr.splitlines() if "error:" in line]
    assert "broken.txt, row 2: " in line
    assert line.endswith("; the other 2 streams were tracked")
    kept = outputs(output)
    assert len(kept) == 2
    assert {int(text.split(b",")[1]) >> 32 for text in kept.values()} == {3, 5}


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, home: RayHome, address: str) -> None:
    given = tmp_path / "archive.parquet"
    write_parquet(given, [box_table("../up", [1], [[0, 0, 5, 5]])])
    words: list[str | Path] = ["--address", address, "-o", tmp_path / "out"]
    failed = on_cluster(home, given, *words, fails=True)
    [line] = [line for line in failed.stderr.splitlines() if "error:" in line]
    assert line.endswith("got '../up'; rename the stream")
    assert not (tmp_path / "up.txt").exists()
    assert list((tmp_path / "out").iterdir()) == []


def test_sequential_ids_are_for_all_or_none(
    tmp_path: Path, home: RayHome, address: str, with_a_broken_one: list[Path]
) -> None:
    output = tmp_path / "out"
    words: list[str | Path] = ["--address", address, "-o", output]
    failed = on_cluster(home, *with_a_broken_one, *words, fails=True)
    [line] = [line for line in failed.stderr.splitlines() if "error:" in line]
    assert "broken.txt, row 2: " in line
    assert line.endswith("; nothing was written, since sequential ids depend on every stream")
    assert list(output.iterdir()) == []
