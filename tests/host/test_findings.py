"""For each rule a library that breaks it, in every version: the host must say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamtrack.host import RULES, VERSIONS, Host, HostError
from streamtrack.host.layout import layout_of
from streamtrack.host.versions import behaviour_of

from .conftest import compile_library, walkers

FAULTS_IN_PROCESS = {
    "input-changed": "input-changed",
    "foreign-field": "foreign-field",
    "beyond-filled": "beyond-filled",
    "past-the-end": "stride",
    "list-pointer": "list-pointer",
    "num-filled-unset": "num-filled",
    "num-filled-large": "num-filled",
    "list-missing": "stream-list",
    "stream-twice": "stream-list",
    "too-many-lists": "frame-not-asked",
    "frame-not-asked": "frame-not-asked",
    "frame-number": "frame-number",
    "object-twice": "object-twice",
    "object-foreign": "object-foreign",
    "id-zero": "id-zero",
    "id-untracked": "id-untracked",
    "id-twice": "id-twice",
    "id-two-streams": "id-two-streams",
    "class-changed": "class-changed",
    "box-not-finite": "box-not-finite",
    "score-not-finite": "score-not-finite",
    "init-response": "init-response",
    "init-size": "init-size",
    "init-status": "init-status",
    "query-size": "query-size",
}
FAULTS_THAT_END_THE_START = {
    "transforms": "transforms",
    "batch-mode": "batch-mode",
}


def play(host: Host) -> None:
    """Three frames of two streams."""
    with host:
        for number in range(3):
            host.process([walkers(pad, number) for pad in range(2)])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", FAULTS_IN_PROCESS)
def test_a_broken_rule_is_found(make_host: Callable[..., Host], fault: str, version: str) -> None:
    host = make_host(version, fault)
    play(host)
    assert FAULTS_IN_PROCESS[fault] in host.finding_counts
    assert all(finding.text.startswith("NvMOT_") for finding in host.findings)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", FAULTS_THAT_END_THE_START)
def test_a_start_that_the_real_host_refuses_ends(
    make_host: Callable[..., Host], fault: str, version: str
) -> None:
    host = make_host(version, fault)
    with pytest.raises(HostError):
        host.start()
    host.close()
    assert list(host.finding_counts) == [FAULTS_THAT_END_THE_START[fault]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fault", ["query-status", "init-fails"])
def test_a_library_that_refuses_cleanly_is_no_finding(
    make_host: Callable[..., Host], fault: str, version: str
) -> None:
    host = make_host(version, fault)
    with pytest.raises(HostError, match="stderr"):
        host.start()
    host.close()
    assert host.findings == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stride_of_another_version_is_found(make_host: Callable[..., Host], version: str) -> None:
    host = make_host(version, "stride")
    play(host)
    assert set(host.finding_counts) & {"foreign-field", "beyond-filled", "stride"}


@pytest.mark.parametrize("version", [v for v in VERSIONS if behaviour_of(v).number < (6, 3)])
def test_an_unanswered_query_is_found(make_host: Callable[..., Host], version: str) -> None:
    host = make_host(version, "query-unanswered")
    play(host)
    assert list(host.finding_counts) == ["query-unanswered"]


@pytest.mark.parametrize("version", [v for v in VERSIONS if behaviour_of(v).number >= (6, 3)])
def test_no_targets_are_found(make_host: Callable[..., Host], version: str) -> None:
    host = make_host(version, "max-targets")
    play(host)
    assert list(host.finding_counts) == ["max-targets"]


@pytest.mark.parametrize(
    "version", [v for v in VERSIONS if layout_of(v).has("NvMOTQuery", "contextHandle")]
)
def test_a_changed_handle_and_unequal_answers_are_found(
    make_host: Callable[..., Host], version: str
) -> None:
    host = make_host(version, "query-handle")
    play(host)
    assert list(host.finding_counts) == ["query-handle"]
    host = make_host(version, "query-merge", sub_batches=[[0], [1]])
    with pytest.raises(HostError, match="memType"):
        host.start()
    host.close()
    assert list(host.finding_counts) == ["query-merge"]


@pytest.mark.parametrize(
    "version", [v for v in VERSIONS if layout_of(v).has("NvMOTTrackedObj", "mask")]
)
@pytest.mark.parametrize("fault", ["mask-size", "mask-memory"])
def test_a_written_mask_is_found(make_host: Callable[..., Host], fault: str, version: str) -> None:
    host = make_host(version, fault)
    play(host)
    assert list(host.finding_counts) == ["mask"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failing_process_is_found_and_latches(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version, "process-status") as host:
        with pytest.raises(HostError, match="must answer 0"):
            host.process([walkers(0, 0)])
        with pytest.raises(HostError, match="stopped for good"):
            host.process([walkers(0, 1)])
    assert list(host.finding_counts) == ["process-status"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failing_removal_is_found_and_latches(
    make_host: Callable[..., Host], version: str
) -> None:
    with make_host(version, "call-status") as host:
        host.process([walkers(0, 0)])
        with pytest.raises(HostError, match="must answer 0"):
            host.remove_stream(0)
        with pytest.raises(HostError, match="stopped for good"):
            host.process([walkers(0, 1)])
    assert list(host.finding_counts) == ["call-status"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_id_that_survives_removal_is_found(make_host: Callable[..., Host], version: str) -> None:
    with make_host(version, "removal-ignored") as host:
        host.process([walkers(0, 0)])
        host.remove_stream(0)
        host.process([walkers(0, 1)])
    assert list(host.finding_counts) == ["id-reused"]


@pytest.mark.parametrize("version", ["6.2", "7.0"])
def test_a_missing_query_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    library = compile_library(tmp_path, "-DWITHOUT_QUERY")
    monkeypatch.setenv("BROKEN_VERSION", version)
    host = Host(library, version)
    play(host)
    assert list(host.finding_counts) == ["missing-symbol"]


def test_a_library_without_process_is_refused(tmp_path: Path) -> None:
    library = compile_library(tmp_path, "-DNvMOT_Process=other_name")
    with pytest.raises(HostError, match="got no NvMOT_Process; name a tracker library"):
        Host(library, "8.0")
    with pytest.raises(HostError, match="must load"):
        Host(tmp_path / "absent.so", "8.0")


def test_every_finding_says_what_the_api_wants(make_host: Callable[..., Host]) -> None:
    host = make_host("9.1", "id-zero")
    play(host)
    finding = host.findings[0]
    assert "pad 0" in finding.text
    assert "frame 0" in finding.text
    assert finding.text.endswith(RULES["id-zero"])
    assert host.finding_counts["id-zero"] == 6
