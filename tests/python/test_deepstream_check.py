"""Each finding of `streamtrack.deepstream_check.check`, on files made for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamtrack.deepstream import library_path
from streamtrack.deepstream_check import Finding, check

TRACKER = {
    "enable": "1",
    "tracker-width": "1920",
    "tracker-height": "1080",
    "ll-lib-file": str(library_path()),
    "ll-config-file": "tracker.yml",
}
DETECTOR = "[property]\ncluster-mode=2\n[class-attrs-all]\npre-cluster-threshold=0.1\n"


def write_root(folder: Path, version: str) -> Path:
    plugin = folder / "lib/gst-plugins/libnvdsgst_tracker.so"
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(b"")
    (folder / "version").write_text(f"Version: {version}\nGCID: 1\n")
    return folder


def findings(
    folder: Path,
    *,
    detector: str = DETECTOR,
    tracker_yaml: str = "",
    version: str = "7.1",
    **keys: str,
) -> list[Finding]:
    """What is found where the tracker's section, the detector or the version differ from good."""
    values = TRACKER | {name.replace("_", "-"): value for name, value in keys.items()}
    lines = [f"{key}={value}" for key, value in values.items() if value != "absent"]
    app = folder / "app.txt"
    app.write_text(
        "\n".join(["[primary-gie]", "config-file=detector.txt", "# a note", "[tracker]", *lines])
    )
    (folder / "detector.txt").write_text(detector)
    (folder / "tracker.yml").write_text(tracker_yaml)
    return check(app, write_root(folder / "root", version))


def troubles(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(f.level, f.place.split()[-1], f.text) for f in found if f.level != "ok"]


def test_a_good_application_has_no_trouble(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert troubles(found) == []
    assert "DeepStream 7.1 is supported" in [one.text for one in found]


@pytest.mark.parametrize(
    ("keys", "level", "place", "says"),
    [
        ({"enable": "0"}, "error", "enable", "set enable=1"),
        ({"tracker_width": "absent"}, "warning", "tracker-width", "960x544"),
        ({"tracker_height": "tall"}, "error", "tracker-height", "got 'tall'"),
        ({"ll_lib_file": "absent"}, "error", "ll-lib-file", "lib-path"),
        ({"ll_lib_file": "/no/libByteTracker.so"}, "error", "ll-lib-file", "readable"),
        ({"ll_lib_file": "tracker.yml"}, "warning", "ll-lib-file", "another tracker"),
        ({"ll_config_file": "no.yml"}, "error", "ll-config-file", "readable"),
        ({"ll_config_file": "tracker.yml;no.yml"}, "error", "ll-config-file", "got no.yml"),
        ({"tracker_yaml": "track_bufer: 3"}, "error", "ll-config-file", "track_buffer"),
        ({"enable_batch_process": "1"}, "warning", "enable-batch-process", "gone since 6.3"),
        ({"enable_past_frame": "1"}, "warning", "enable-past-frame", "remove it"),
        (
            {"version": "6.2", "enable_batch_process": "0"},
            "error",
            "enable-batch-process",
            "set enable-batch-process=1",
        ),
        ({"version": "5.1"}, "error", "version", "6.0 or newer, got 5.1"),
        ({"version": "12.0"}, "warning", "version", "newer than"),
        ({"version": "unknown"}, "warning", "version", "deepstream_version"),
        ({"detector": DETECTOR.replace("0.1", "0.25")}, "warning", "pre-cluster-threshold", "none"),
        (
            {"detector": DETECTOR.replace("0.1", "0.5")},
            "warning",
            "pre-cluster-threshold",
            "no low detection",
        ),
        ({"detector": DETECTOR.replace("0.1", "x")}, "error", "pre-cluster-threshold", "'x'"),
        ({"detector": "[property]\ncluster-mode=2\n"}, "warning", "pre-cluster-threshold", "0.2"),
        (
            {"detector": DETECTOR.replace("cluster-mode=2", "")},
            "warning",
            "cluster-mode",
            "no scores",
        ),
        ({"detector": "nonsense"}, "error", "config-file", "[sections]"),
    ],
)
def test_one_fault_is_one_finding(
    tmp_path: Path, keys: dict[str, str], level: str, place: str, says: str
) -> None:
    [(found_level, found_place, text)] = troubles(findings(tmp_path, **keys))
    assert (found_level, found_place.rpartition("/")[2]) == (level, place)
    assert says in text


def test_6_2_still_has_its_keys(tmp_path: Path) -> None:
    keys = {"enable_batch_process": "1", "enable_past_frame": "1"}
    assert troubles(findings(tmp_path, version="6.2", **keys)) == []


def test_thresholds_are_the_tracker_files_own(tmp_path: Path) -> None:
    detector = DETECTOR + "[class-attrs-2]\npre-cluster-threshold=0.3\n"
    yaml = "classes:\n  2:\n    track_low_thresh: 0.3\n"
    assert troubles(findings(tmp_path, detector=detector, tracker_yaml=yaml)) == []


def test_an_application_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "infer.yml").write_text(
        "property:\n  cluster-mode: 2\nclass-attrs-all:\n  pre-cluster-threshold: 0.4\n"
    )
    app = tmp_path / "app.yml"
    lines = [f"  {key}: {value}" for key, value in TRACKER.items() if key != "ll-config-file"]
    app.write_text("\n".join(["primary-gie:", "  config-file: infer.yml", "tracker:", *lines]))
    root = write_root(tmp_path / "root", "8.0")
    [(level, place, text)] = troubles(check(app, root))
    assert (level, place) == ("warning", "pre-cluster-threshold")
    assert "none from 0.1 to 0.4" in text


def test_files_that_say_too_little(tmp_path: Path) -> None:
    root = write_root(tmp_path / "root", "9.1")
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    assert "must have a section [tracker]" in troubles(check(empty, root))[0][2]
    assert "No such file" in troubles(check(tmp_path / "absent.txt", root))[0][2]
    no_detector = tmp_path / "alone.txt"
    lines = [f"{key}={value}" for key, value in TRACKER.items() if key != "ll-config-file"]
    no_detector.write_text("\n".join(["[tracker]", *lines]))
    [(level, place, _)] = troubles(check(no_detector, root))
    assert (level, place) == ("warning", "[primary-gie]")


def test_installations(tmp_path: Path) -> None:
    [(level, _, text)] = troubles(check(root=tmp_path / "absent"))
    assert (level, "--root" in text) == ("error", True)
    root = write_root(tmp_path / "root", "6.0.1")
    assert troubles(check(root=root)) == []
    (root / "lib/gst-plugins/libnvdsgst_tracker.so").unlink()
    [(level, _, text)] = troubles(check(root=root))
    assert (level, "install DeepStream" in text) == ("error", True)
