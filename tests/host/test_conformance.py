"""The conformance run: an obedient library passes everywhere, a broken one fails the right rule."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from streamtrack.host import RULES, VERSIONS, HostError
from streamtrack.host.conformance import RuleResult, _play_all, check
from streamtrack.host.scenarios import SCENARIOS
from streamtrack.host.stage import Stage

FAILS = {
    "removal-wipes-all": "removal-spares-neighbours",
    "removal-ignored": "removal-forgets",
    "removal-exact": "removal-takes-the-pad",
    "skipped-is-missed": "skipped-frames-are-no-misses",
    "absent-streams-age": "absent-streams-wait",
    "order-of-detections": "detections-in-any-order",
    "needs-detection-done": "objects-without-detection-done",
    "negative-score": "unknown-confidence-is-high",
    "large-class": "every-class-id",
    "ids-fall": "first-id-is-smallest",
    "crash-on-nan": "odd-boxes",
    "one-context": "two-elements",
    "thread-left": "threads-end",
    "update-clears": "live-parameters",
    "id-untracked": "ids-are-kept",
    "id-two-streams": "streams-are-apart",
    "call-status": "removal-of-an-empty-stream",
    "stdout": "",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_obedient_library_passes(
    broken_library: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("BROKEN_VERSION", version)
    monkeypatch.setenv("BROKEN_MISC", "past" if version == "6.4" else "past,terminated,shadow")
    results = check(broken_library, version)
    assert [result for result in results if result.outcome == "failed"] == []
    assert {result.rule for result in results} == set(RULES) | {one.name for one in SCENARIOS}
    passed = {result.rule for result in results if result.outcome == "passed"}
    assert {"ids-are-kept", "stride", "misc-overflow", "stdout"} <= passed
    assert ("mask" in passed) == (version in ("8.0", "9.0", "9.1"))


@pytest.mark.parametrize("fault", FAILS)
def test_a_broken_library_fails_the_rule(
    broken_library: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("BROKEN_VERSION", "9.1")
    monkeypatch.setenv("BROKEN_FAULT", fault)
    name = FAILS[fault] or "ids-are-kept"
    reports = list(_play_all(Stage(broken_library, "9.1", None), [name], 60, lambda _: None))
    assert [report.scenario for report in reports] == [name]
    if FAILS[fault]:
        assert reports[0].broken
    else:
        assert {finding.rule for finding in reports[0].findings} == {fault}
    if fault == "crash-on-nan":
        assert "SIGABRT" in (reports[0].broken or "")


def test_a_library_that_hangs_fails_and_the_next_scenario_plays(
    broken_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN_VERSION", "7.0")
    monkeypatch.setenv("BROKEN_FAULT", "hangs")
    names = ["ids-are-kept", "streams-are-apart"]
    played: list[str] = []
    reports = list(_play_all(Stage(broken_library, "7.0", None), names, 1, played.append))
    assert played == names
    assert [report.broken for report in reports] == ["it did not come back within 1 seconds"] * 2


def test_a_library_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="where there is no file; check the path"):
        check(tmp_path / "absent.so", "9.1")


def test_a_file_that_is_no_library_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "boxes.txt"
    file.write_text("1,-1,10,20,30,40,0.9\n")
    with pytest.raises(HostError, match="must be a shared object, got .*boxes.txt, which begins"):
        check(file, "9.1")


def test_the_module_prints_json(broken_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN_VERSION", "6.1")
    monkeypatch.setenv("BROKEN_FAULT", "batch-mode")
    arguments = [sys.executable, "-m", "streamtrack.host.conformance", str(broken_library), "6.1"]
    run = subprocess.run(arguments, capture_output=True, text=True, check=True)
    results = {
        result.rule: result for result in (RuleResult(**one) for one in json.loads(run.stdout))
    }
    assert results["batch-mode"].outcome == "failed"
    assert results["ids-are-kept"].outcome == "failed"
    assert "batchMode must be" in results["ids-are-kept"].text
    assert results["removal-takes-the-pad"].outcome == "not applicable"
