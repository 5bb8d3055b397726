"""libByteTracker.so passes the host's conformance run, without and with misc data."""

from pathlib import Path

import pytest
from streamtrack.deepstream import library_path
from streamtrack.host.conformance import check


# One version of each layout, and the two ends of what the first one serves.
@pytest.mark.parametrize("version", ["6.0", "6.2", "6.3", "6.4", "7.0", "7.1", "8.0", "9.0", "9.1"])
def test_no_rule_is_broken(version: str) -> None:
    results = check(library_path(), version)
    assert [result for result in results if result.outcome == "failed"] == []
    assert sum(result.outcome == "passed" for result in results) > 50


@pytest.mark.parametrize("version", ["6.2", "6.3", "7.1", "9.1"])
def test_no_rule_is_broken_with_misc_data(version: str, tmp_path: Path) -> None:
    config = tmp_path / "tracker.yml"
    config.write_text("past_frames: true\nterminated_tracks: true\nshadow_tracks: true\n")
    results = check(library_path(), version, config_path=str(config))
    assert [result for result in results if result.outcome == "failed"] == []
    outcomes = {result.rule: result.outcome for result in results}
    assert outcomes["misc-overflow"] == "passed"
