"""How libByteTracker.so finds its host's version: each clue alone, contradictions, overrides."""

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import sys
from streamtrack.deepstream import library_path
from streamtrack.host import Host, Plugin
from streamtrack.host.findings import HostError

version, config = sys.argv[1], sys.argv[2] or None
plugin = eval(sys.argv[3])
try:
    with Host(library_path(), version, config_path=config, plugin=plugin) as host:
        frame = __import__("streamtrack.host").host.SourceFrame(
            0, 0, [[10, 20, 30, 40]], [0.9], timestamp=1.0
        )
        print("tracked", len(host.process([frame])[0].ids), host.finding_counts)
except HostError:
    print("refused")
"""
INSTALLED = "opt/nvidia/deepstream/deepstream-{}/lib/gst-plugins"


def outcome(version: str, plugin: str, config: Path | str = "") -> tuple[str, str]:
    """What happens in a process of its own, since the library remembers its host: out and err."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, version, str(config), plugin],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout.strip(), done.stderr


FOUND = "tracked 1 {}"
VERSIONS = ["6.2", "6.3", "6.4", "7.1", "8.0", "9.1"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_plugins_folder_is_enough(version: str) -> None:
    assert outcome(version, f"Plugin('missing', folder='{INSTALLED.format(version)}')")[0] == FOUND


@pytest.mark.parametrize("version", VERSIONS)
def test_the_installations_version_file_is_enough(version: str) -> None:
    text = f"Version: {version}\\nGCID: 1"
    plugin = f"Plugin('null', folder='opt/ds/lib/gst-plugins', version_file='{text}')"
    assert outcome(version, plugin)[0] == FOUND


def test_a_version_of_another_kind_says_nothing() -> None:
    folder = INSTALLED.format("7.0")
    assert outcome("7.0", f"Plugin(version='1.20.3', folder='{folder}')")[0] == FOUND


@pytest.mark.parametrize("version", ["6.2", "9.1"])
def test_an_unknown_host_is_refused_unless_the_configuration_says(
    version: str, tmp_path: Path
) -> None:
    out, err = outcome(version, "Plugin('missing')")
    assert out == "refused"
    assert "cannot find out which version of DeepStream" in err
    assert "deepstream_version: X.Y" in err
    config = tmp_path / "tracker.yml"
    config.write_text(f"deepstream_version: {version}\n")
    assert outcome(version, "Plugin('missing')", config)[0] == FOUND


def test_a_plugin_that_contradicts_its_folder_is_refused() -> None:
    out, err = outcome("8.0", f"Plugin(folder='{INSTALLED.format('6.4')}')")
    assert out == "refused"
    assert "contradicts itself" in err


@pytest.mark.parametrize(("played", "said"), [("7.1", "6.4"), ("6.4", "7.1")])
def test_the_order_of_the_first_calls_must_fit(played: str, said: str) -> None:
    out, err = outcome(played, f"Plugin(version='{said}')")
    assert out == "refused"
    assert f"which DeepStream {said}" in err


def test_a_newer_host_is_served_only_if_its_structures_are_known() -> None:
    assert outcome("9.1", "Plugin(version='9.2')")[0] == FOUND
    out, err = outcome("9.0", "Plugin(version='9.2')")
    assert out == "refused"
    assert "newer than any the library knows" in err
