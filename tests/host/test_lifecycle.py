"""Removal, end, reset, reset modes, sub-batches, restart, reload, live parameters."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from streamtrack.host import VERSIONS, Host, HostError
from streamtrack.host.allotment import Allotment
from streamtrack.host.identity import ResetMapping
from streamtrack.host.versions import behaviour_of

from .conftest import walkers

SINCE_SUB_BATCHES = [v for v in VERSIONS if behaviour_of(v).has_sub_batches]
SINCE_DYNAMIC = [v for v in VERSIONS if behaviour_of(v).has_dynamic_sub_batches]


def ids_of(host: Host, pad: int, number: int, surface: int = 0) -> list[int]:
    result = host.process([walkers(pad, number, surface=surface)])[0]
    return sorted(int(one) for one in result.raw_ids)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_removed_stream_comes_back_with_new_ids_and_leaves_the_others_alone(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version) as host:
        first, other = ids_of(host, 0, 0), ids_of(host, 1, 0)
        host.remove_stream(0)
        assert ids_of(host, 1, 1) == other
        assert not set(ids_of(host, 0, 1)) & set(first)
        host.remove_stream(7)
    assert host.findings == []


@pytest.mark.parametrize("version", VERSIONS)
def test_removal_names_the_surfaces_that_the_version_names(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version) as host:
        for surface in (1, 0):
            ids_of(host, 2, surface, surface=surface)
        calls: list[int] = []
        remove = host._setup.library.remove_streams

        def noted(handle: int, stream_id: int) -> int:
            calls.append(stream_id)
            return remove(handle, stream_id)

        host._setup.library.remove_streams = noted  # type: ignore[method-assign]
        host.remove_stream(2)
        host.remove_stream(2)
    every = [2 << 32 | 1, 2 << 32]
    assert calls == (every if behaviour_of(version).number < (7, 1) else every[:1])


@pytest.mark.parametrize("mode", range(4))
def test_reset_modes_remove_and_count_as_their_bits_say(
    make_host: Callable[..., Host], mode: int
) -> None:
    with make_host("8.0", reset_mode=mode) as host:
        before = ids_of(host, 0, 0)
        host.reset_stream(0)
        after_reset = ids_of(host, 0, 1)
        host.end_of_stream(0)
        result = host.process([walkers(0, 2)])[0]
    assert (after_reset == before) == (mode in (0, 2))
    assert (sorted(result.raw_ids) == after_reset) == (mode in (0, 1))
    shown = [0, 1, 2] if mode in (2, 3) else after_reset
    assert sorted(result.ids.tolist()) == shown
    assert host.findings == []


def test_the_reset_mapping_keeps_the_upper_half() -> None:
    mapping = ResetMapping(2)
    ids = np.array([5 << 32 | 100, 5 << 32 | 103, 5 << 32 | 99, 6 << 32 | 100], np.uint64)
    expected = [5 << 32, 5 << 32 | 3, 5 << 32 | 0xFFFFFFFF, 6 << 32]
    assert mapping.apply(1, ids).tolist() == expected
    assert mapping.apply(1, ids[1:2]).tolist() == [5 << 32 | 3]
    mapping.forget(0)
    assert mapping.apply(1, ids[1:2]).tolist() == [5 << 32]
    assert ResetMapping(1).apply(1, ids).tolist() == ids.tolist()
    with pytest.raises(ValueError, match="reset_mode must be"):
        ResetMapping(4)


@pytest.mark.parametrize("version", SINCE_SUB_BATCHES)
def test_static_sub_batches_run_in_contexts_of_their_own(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version, sub_batches=[[3, 0], [1, 2]]) as host:
        for number in range(5):
            results = host.process([walkers(pad, number) for pad in (1, 0, 2, 3)])
        places = [host._allotment.place(pad) for pad in range(4)]
        with pytest.raises(HostError, match="pad 4 stands in no sub-batch"):
            host.process([walkers(4, 0)])
    assert places == [(0, 1), (1, 0), (1, 1), (0, 0)]
    assert [result.pad for result in results] == [1, 0, 2, 3]
    assert len({int(one) for result in results for one in result.ids}) == 12
    assert host.findings == []


def test_sub_batches_are_processed_at_the_same_time(make_host: Callable[..., Host]) -> None:
    with make_host("8.0", sub_batches=[[0], [1]]) as host:
        both_inside = threading.Barrier(2, timeout=20)
        process = host._setup.library.process

        def meet(handle: int, params: int, batch: int) -> int:
            both_inside.wait()
            return process(handle, params, batch)

        host._setup.library.process = meet  # type: ignore[method-assign]
        assert len(host.process([walkers(0, 0), walkers(1, 0)])) == 2


@pytest.mark.parametrize("version", SINCE_DYNAMIC)
def test_a_pad_may_come_back_in_another_context(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version, sub_batches=[2, 2]) as host:
        for pad in range(3):
            ids_of(host, pad, 0)
        before = host._allotment.place(0)
        host.remove_stream(0)
        ids_of(host, 3, 0)
        ids_of(host, 0, 1)
        after = host._allotment.place(0)
    assert before[0] != after[0]
    assert host.findings == []


def test_sub_batches_that_a_version_lacks_are_refused() -> None:
    with pytest.raises(HostError, match="came with DeepStream 6"):
        Allotment(4, [[0]], behaviour_of("6.3"))
    with pytest.raises(HostError, match="came with DeepStream 7"):
        Allotment(4, [2, 2], behaviour_of("6.4"))
    with pytest.raises(ValueError, match="got 0 in two; name it once"):
        Allotment(4, [[0], [0]], behaviour_of("7.0"))


def test_a_failed_sub_batch_is_opened_again(make_host: Callable[..., Host]) -> None:
    with make_host("7.1", sub_batches=[[0], [1]], recovery_pause=0.0) as host:
        good = host.process([walkers(0, 0), walkers(1, 0)])
        process = host._setup.library.process
        failures = iter([1])

        def fail_once(handle: int, params: int, batch: int) -> int:
            return process(handle, params, batch) or next(failures, 0)

        host._setup.library.process = fail_once  # type: ignore[method-assign]
        failed = host.process([walkers(0, 1)])[0]
        again = host.process([walkers(0, 2), walkers(1, 2)])
    assert len(failed.ids) == 0
    assert not set(again[0].ids) & set(good[0].ids)
    assert sorted(again[1].ids) == sorted(good[1].ids)
    assert list(host.finding_counts) == ["process-status"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_second_start_and_a_reload_work(make_host: Callable[..., Host], version: str) -> None:
    host = make_host(version)
    host.start()
    first = ids_of(host, 0, 0)
    host.stop()
    host.start()
    second = ids_of(host, 0, 1)
    host.stop()
    host.close()
    assert not set(first) & set(second)
    assert host.findings == []
    with make_host(version) as again:
        assert len(ids_of(again, 0, 0)) == 3
    with pytest.raises(HostError, match="closed host"):
        host.start()


@pytest.mark.parametrize("text", ["a: 1\n", "track_buffer: 30\nrefuse: yes\n"])
def test_parameters_reach_the_library_as_a_string(
    make_host: Callable[..., Host], text: str
) -> None:
    with make_host("8.0") as host:
        assert host.update_params(text) == ("refuse" in text)
    with make_host("7.1") as host, pytest.raises(HostError, match="came with DeepStream 8"):
        host.update_params(text)
    with make_host("9.0", sub_batches=[[0], [1]]) as host:
        with pytest.raises(HostError, match="seen"):
            host.update_params(text, pad=1)
        ids_of(host, 1, 0)
        assert host.update_params(text, pad=1) == ("refuse" in text)
    assert host.findings == []
