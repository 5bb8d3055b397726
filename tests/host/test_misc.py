"""Past frames, terminated and shadow tracks: what is read, and what is found."""

from collections.abc import Callable

import numpy as np
import pytest
from streamtrack.host import VERSIONS, Host, SourceFrame
from streamtrack.host.versions import behaviour_of

from .conftest import boxes_of, walkers

SINCE_TERMINATED = [v for v in VERSIONS if behaviour_of(v).number >= (6, 4)]


def nobody(pad: int, number: int) -> SourceFrame:
    return SourceFrame(pad, number, np.zeros((0, 4)), np.zeros(0))


def play(host: Host) -> None:
    """People walk for four frames and are gone then."""
    with host:
        for number in range(12):
            make = walkers if number < 4 else nobody
            host.process([make(pad, number) for pad in (1, 0)])


@pytest.mark.parametrize("version", VERSIONS)
def test_past_frames_come_in_source_pixels(
    make_host: Callable[..., Host], monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("BROKEN_MISC", "past")
    host = make_host(version, tracker_size=(960, 540))
    play(host)
    assert host.findings == []
    assert {(one.kind, one.pad) for one in host.misc} == {("past", 0), ("past", 1)}
    assert len({one.id for one in host.misc}) == len(host.misc) == 6
    for one in host.misc:
        assert one.numbers.tolist() == [0, 1, 2]
        assert one.boxes[:, 0].tolist() == [one.boxes[0, 0] + 2 * k for k in range(3)]
        assert one.boxes[0].tolist() in boxes_of(walkers(one.pad, 0)).tolist()


@pytest.mark.parametrize("version", SINCE_TERMINATED)
def test_terminated_and_shadow_tracks_stay_in_the_tracker_s_pixels(
    make_host: Callable[..., Host], monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("BROKEN_MISC", "terminated,shadow")
    host = make_host(version, tracker_size=(960, 540))
    play(host)
    assert host.findings == []
    ended = [one for one in host.misc if one.kind == "terminated"]
    shadows = [one for one in host.misc if one.kind == "shadow"]
    assert len(ended) == 6
    assert all(one.numbers.tolist() == [0, 1, 2, 3] for one in ended)
    halved = (boxes_of(walkers(ended[0].pad, 0)) / 2).tolist()
    assert ended[0].boxes[0].tolist() in halved
    assert len(shadows) == 4 * 6
    assert all(one.states.tolist() == [2] for one in shadows)


@pytest.mark.parametrize("version", SINCE_TERMINATED)
def test_the_rounds_of_a_batch_share_one_buffer(
    make_host: Callable[..., Host], monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("BROKEN_MISC", "terminated")
    for fault, sub_batches, found in [
        ("", None, []),
        ("misc-append", None, ["misc-append"]),
        ("misc-append", [[0, 1]], []),
    ]:
        with make_host(version, fault, sub_batches=sub_batches) as host:
            host.process([walkers(0, number, count=1) for number in range(2)])
            # The person of frame 1 ends in the first round of this batch, another in its second.
            far = [nobody(0, 8), walkers(0, 9), nobody(0, 16), nobody(0, 17)]
            host.process(far)
        assert list(host.finding_counts) == found
        if not found:
            assert [one.kind for one in host.misc] == ["terminated"] * 4


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("misc-overflow", "misc-overflow"),
        ("misc-stream", "misc-stream"),
        ("misc-id", "misc-object"),
        ("misc-empty", "misc-object"),
        ("misc-list", "misc-pointer"),
    ],
)
def test_broken_misc_data_is_found(
    make_host: Callable[..., Host],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    rule: str,
    version: str,
) -> None:
    monkeypatch.setenv("BROKEN_MISC", "past")
    host = make_host(version, fault)
    play(host)
    assert rule in host.finding_counts


@pytest.mark.parametrize("version", SINCE_TERMINATED)
def test_misc_data_through_an_undeclared_pointer_is_found(
    make_host: Callable[..., Host], monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("BROKEN_MISC", "terminated")
    host = make_host(version, "misc-undeclared")
    play(host)
    assert list(host.finding_counts) == ["misc-pointer"]
    monkeypatch.setenv("BROKEN_MISC", "shadow")
    host = make_host(version, "misc-undeclared")
    play(host)
    assert host.findings == []
    assert host.misc == []
