"""`state_file`: what a pipeline knows after its process has ended, in order or not."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from .hosts import Ids, Orders, RunningHost, running

HALF = 32  # bits of an id's lower half
LONG = 27_000  # frames at 30 per second: 15 minutes


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def write_config(state: Path, track_buffer: int = LONG, id_mode: str = "sequential") -> str:
    path = state.with_name("tracker.yml")
    path.write_text(f"state_file: {state}\ntrack_buffer: {track_buffer}\nid_mode: {id_mode}\n")
    return str(path)


def flat(ids: Ids) -> set[int]:
    return {one for of_pad in ids.values() for one in of_pad}


def halves(ids: Ids) -> set[int]:
    return {one >> HALF for one in flat(ids)}


def ids_of_a_run(config: str, first: int, node_id: int | None = None) -> Ids:
    with running(Orders(config, first=first), node_id) as host:
        return host.ids_of(10)


@pytest.mark.parametrize("id_mode", ["sequential", "unique"])
def test_ids_go_on_after_an_orderly_end(state: Path, id_mode: str) -> None:
    config = write_config(state, id_mode=id_mode)
    before = ids_of_a_run(config, 0)
    assert [len(ids) for ids in before.values()] == [8, 8]
    assert ids_of_a_run(config, 10) == before
    with running(Orders(config, people=9, first=20)) as host:
        after = host.ids_of(10)
    # One more object: the next id of its stream, or of the process, and none was skipped.
    new = {pad: ids[8:] for pad, ids in after.items()}
    if id_mode == "sequential":
        assert new == {"0": [17], "1": [18]}
    else:
        assert new == {pad: [ids[-1] + 1] for pad, ids in before.items()}


def test_a_state_older_than_the_buffer_is_not_restored(state: Path) -> None:
    before = ids_of_a_run(write_config(state), 0)
    time.sleep(1.5)
    assert ids_of_a_run(write_config(state), 10) == before
    time.sleep(1.5)
    after = ids_of_a_run(write_config(state, track_buffer=30), 20)  # a second
    assert min(flat(after)) > max(flat(before))


def await_save(state: Path) -> None:
    """Waits until the state has been saved in passing, which is due every ten seconds."""
    before, deadline = state.stat().st_mtime_ns, time.monotonic() + 40
    while state.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, "no state was saved"
        time.sleep(0.05)


@pytest.mark.parametrize("id_mode", ["sequential", "unique"])
def test_tracks_go_on_after_a_kill(state: Path, id_mode: str) -> None:
    config = write_config(state, id_mode=id_mode)
    host = RunningHost(Orders(config))
    before = host.ids_of(10)
    await_save(state)
    assert host.end(signal.SIGKILL) == []
    with running(Orders(config, people=9, first=10_000)) as again:
        after = again.ids_of(10)
    kept = {pad: [one for one in ids if one in before[pad]] for pad, ids in after.items()}
    assert kept == before
    new = {pad: [one for one in ids if one not in before[pad]] for pad, ids in after.items()}
    assert [len(ids) for ids in new.values()] == [1, 1]
    # Ids may have been given after the last save: a new one keeps clear of them all.
    if id_mode == "unique":  # upper halves are drawn: the new one may be the smaller
        assert not halves(new) & halves(before)
    else:
        assert min(flat(new)) > max(flat(before)) + 1000


def test_streams_opened_after_a_kill_take_no_used_half(state: Path) -> None:
    seen: list[set[int]] = []
    for _ in range(3):
        host = RunningHost(Orders(write_config(state, track_buffer=0, id_mode="unique")), 7)
        ids = host.ids_of(5)
        assert host.end(signal.SIGKILL) == []
        assert {half >> 25 for half in halves(ids)} == {7}
        seen.append(halves(ids))
    assert len(set.union(*seen)) == 6


def test_a_kill_in_the_middle_of_a_save_leaves_the_last_state(state: Path) -> None:
    config = write_config(state)
    orders = Orders(config, streams=16, people=400)
    with running(orders) as host:
        before = host.ids_of(3)
    assert all(len(ids) == 400 for ids in before.values())
    whole, cut = state.stat().st_size, 0
    for _ in range(40):
        host = RunningHost(orders)
        beside = state.with_name(f"{state.name}.new-{host.pid}")
        while not beside.exists():
            pass
        assert host.end(signal.SIGKILL) == []
        cut += beside.exists() and beside.stat().st_size < whole
        if cut >= 3:
            break
    assert cut >= 3, "no kill came in the middle of a save"
    with running(Orders(config, streams=16, people=400, first=3)) as host:
        assert host.ids_of(3) == before


def damaged(whole: bytes) -> dict[str, bytes]:
    middle = len(whole) // 2
    changed = bytes([whole[middle] ^ 1])
    return {
        "empty": b"",
        "cut in its head": whole[:20],
        "cut in a stream": whole[:middle],
        "one byte short": whole[:-1],
        "one byte more": whole + b"x",
        "a byte changed": whole[:middle] + changed + whole[middle + 1 :],
        "an older version": whole[:15] + b"1" + whole[16:],
    }


def test_a_damaged_file_is_refused_in_one_line_and_replaced(state: Path) -> None:
    config = write_config(state)
    ids_of_a_run(config, 0)
    whole = state.read_bytes()
    for damage, content in damaged(whole).items():
        state.write_bytes(content)
        host = RunningHost(Orders(config, first=10))
        assert flat(host.ids_of(10)) == set(range(1, 17)), damage
        [line] = host.end()
        assert f"{state} must be a whole state file, got one " in line, damage
        assert flat(ids_of_a_run(config, 20)) == set(range(1, 17)), "the new file must be whole"
    assert sorted(path.name for path in state.parent.iterdir()) == ["state", "tracker.yml"]


@pytest.mark.parametrize("kind", ["another file", "a folder"])
def test_what_is_no_state_file_is_left_alone(state: Path, kind: str) -> None:
    if kind == "a folder":
        state.mkdir()
    else:
        state.write_text("the only copy of something")
    host = RunningHost(Orders(write_config(state)))
    assert flat(host.ids_of(5)) == set(range(1, 17))
    [line] = host.end()
    assert f"{state} must be a state file of this library, got " in line
    assert "no state is saved" in line
    if kind == "another file":
        assert state.read_text() == "the only copy of something"
    assert sorted(path.name for path in state.parent.iterdir()) == ["state", "tracker.yml"]


def test_two_processes_do_not_share_a_file(state: Path) -> None:
    config = write_config(state)
    with running(Orders(config)) as first:
        ids = flat(first.ids_of(5))
        second = RunningHost(Orders(config, people=3))
        # Not the first one's tracks: its own, which begin at 1 as without a state.
        assert flat(second.ids_of(5)) == set(range(1, 7))
        [line] = second.end()
        assert f"{state} must be the state file of one process, got that of another which" in line
        assert "no state is saved" in line
    with running(Orders(config, first=5)) as third:
        assert flat(third.ids_of(5)) == ids
