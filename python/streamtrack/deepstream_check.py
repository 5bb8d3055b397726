"""What stands between a DeepStream installation, or an application's file, and good tracks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from streamtrack.config import Config, ConfigError
from streamtrack.deepstream import LIBRARY_NAME, LibraryMissingError, library_path
from streamtrack.deepstream_files import Sections, UnreadableError, read_sections
from streamtrack.host import VERSIONS

DEFAULT_ROOT = Path("/opt/nvidia/deepstream/deepstream")

_PLUGIN = Path("lib/gst-plugins/libnvdsgst_tracker.so")
_GONE_SINCE_6_3 = ("enable-batch-process", "enable-past-frame")
_GROUP_RECTANGLES = "0"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: `ok`; `warning`: works, with worse tracks; `error`: does not start or track.
        place: The file, and perhaps its section and key.
        text: What was found and, unless it is ok, what to do.
    """

    level: Literal["ok", "warning", "error"]
    place: str
    text: str


def check(
    app_config: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] = DEFAULT_ROOT,
) -> list[Finding]:
    """Inspects a DeepStream installation and, if given, a deepstream-app configuration.

    Args:
        app_config: A deepstream_app_config.txt, or the same in YAML. With it a machine without
            DeepStream is no error: files are often written elsewhere.
        root: The folder of the installation, which holds `version` and `lib`.

    Returns:
        The findings, in the order of looking; only files are read, nothing is loaded.
    """
    version = _version_of(Path(root))
    findings = list(_check_installation(Path(root), version, is_needed=app_config is None))
    if app_config is not None:
        findings += _check_application(Path(app_config), version)
    return findings


def _version_of(root: Path) -> str:
    try:
        lines = (root / "version").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    versions = [line.partition(":")[2].strip() for line in lines if line.startswith("Version:")]
    return versions[0] if versions else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _check_installation(root: Path, version: str, *, is_needed: bool) -> Iterator[Finding]:
    try:
        yield Finding("ok", str(library_path()), "the package's tracker library is in place")
    except LibraryMissingError as error:
        yield Finding("error", LIBRARY_NAME, str(error))
    if not root.is_dir():
        text = (
            "DeepStream must be installed here, there is no such folder; name another with --root"
        )
        yield Finding("error" if is_needed else "warning", str(root), text)
        return
    yield _judge_version(root, version)
    plugin = root / _PLUGIN
    if plugin.is_file():
        yield Finding("ok", str(plugin), "the tracker plugin is in place")
    else:
        text = "the tracker plugin must be here, there is no such file; install DeepStream anew"
        yield Finding("error", str(plugin), text)


def _judge_version(root: Path, version: str) -> Finding:
    place = str(root / "version")
    newest = VERSIONS[-1]
    if not _numbers(version):
        text = (
            "the file must hold a line such as Version: 7.1, it does not; if the library cannot "
            "find the version out from the plugin, set deepstream_version in its configuration"
        )
        return Finding("warning", place, text)
    if _numbers(version)[:2] in {_numbers(known)[:2] for known in VERSIONS}:
        return Finding("ok", place, f"DeepStream {version} is supported")
    if _numbers(version) > _numbers(newest):
        text = (
            f"DeepStream {version} is newer than {newest}, the newest known; the library works "
            f"only if its structures are still those of {newest}, and says so at the first batch"
        )
        return Finding("warning", place, text)
    text = f"DeepStream must be 6.0 or newer, got {version}; upgrade it"
    return Finding("error", place, text)


def _check_application(path: Path, version: str) -> Iterator[Finding]:
    try:
        sections = read_sections(path)
    except UnreadableError as error:
        yield Finding("error", str(path), str(error))
        return
    if "tracker" not in sections:
        text = "the file must have a section [tracker]; `streamtrack deepstream config` writes one"
        yield Finding("error", str(path), text)
        return
    place = f"{path} [tracker]"
    tracker = sections["tracker"]
    if tracker.get("enable", "1") != "1":
        yield Finding("error", f"{place} enable", "the tracker is off; set enable=1")
    yield from _check_size(place, tracker)
    yield from _check_gone_keys(place, tracker, version)
    yield _check_library(place, tracker, path.parent)
    config, findings = _check_tracker_config(place, tracker, path.parent)
    yield from findings
    yield from _check_detector(path, sections, config)


def _check_size(place: str, tracker: dict[str, str]) -> Iterator[Finding]:
    for key in ("tracker-width", "tracker-height"):
        value = tracker.get(key)
        if value is None:
            text = "must be set, or DeepStream takes 960x544; set it to the stream muxer's"
            yield Finding("warning", f"{place} {key}", text)
        elif not value.isdecimal() or int(value) == 0:
            text = f"must be a whole number of pixels above 0, got {value!r}; set the muxer's"
            yield Finding("error", f"{place} {key}", text)
        else:
            yield Finding("ok", f"{place} {key}", value)


def _check_gone_keys(place: str, tracker: dict[str, str], version: str) -> Iterator[Finding]:
    for key in _GONE_SINCE_6_3:
        if key not in tracker:
            continue
        if _numbers(version) >= (6, 3):
            text = f"DeepStream {version} no longer has this key (gone since 6.3); remove it"
            yield Finding("warning", f"{place} {key}", text)
        elif key == "enable-batch-process" and tracker[key] == "0":
            text = "must be 1, got 0: the library works in batches; set enable-batch-process=1"
            yield Finding("error", f"{place} {key}", text)
        elif not version:
            text = "DeepStream has this key up to 6.2 only; remove it if yours is newer"
            yield Finding("warning", f"{place} {key}", text)


def _check_library(place: str, tracker: dict[str, str], folder: Path) -> Finding:
    place = f"{place} ll-lib-file"
    value = tracker.get("ll-lib-file", "")
    if not value:
        text = "must name the tracker library; `streamtrack deepstream lib-path` prints its path"
        return Finding("error", place, text)
    library = folder / value
    if not _is_readable(library):
        text = f"must be a readable file, got {value}; `streamtrack deepstream lib-path` prints one"
        return Finding("error", place, text)
    if library.name != LIBRARY_NAME:
        text = f"names another tracker, {library.name}; set it to {LIBRARY_NAME}'s path"
        return Finding("warning", place, text)
    return Finding("ok", place, value)


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _check_tracker_config(
    place: str, tracker: dict[str, str], folder: Path
) -> tuple[Config, list[Finding]]:
    """Returns the first file's configuration, or the default; sub-batches list several files."""
    place = f"{place} ll-config-file"
    names = [name for name in tracker.get("ll-config-file", "").split(";") if name]
    configs: list[Config] = []
    findings: list[Finding] = []
    for name in names:
        path = folder / name
        if not _is_readable(path):
            text = (
                f"must be a readable file, got {name}; `streamtrack deepstream config` writes one"
            )
            findings.append(Finding("error", place, text))
            continue
        try:
            configs.append(Config(path))
            findings.append(Finding("ok", place, name))
        except (ConfigError, ValueError) as error:
            findings.append(Finding("error", place, str(error)))
    return (configs or [Config()])[0], findings


def _check_detector(path: Path, sections: Sections, config: Config) -> Iterator[Finding]:
    name = sections.get("primary-gie", {}).get("config-file")
    if name is None:
        text = "names no config-file, so the detector's thresholds were not looked at"
        yield Finding("warning", f"{path} [primary-gie]", text)
        return
    detector_path = path.parent / name
    try:
        detector = read_sections(detector_path)
    except UnreadableError as error:
        yield Finding("error", f"{path} [primary-gie] config-file", f"{name}: {error}")
        return
    yield from _check_clustering(detector_path, detector)
    yield from _check_thresholds(detector_path, detector, config)


def _check_clustering(path: Path, detector: Sections) -> Iterator[Finding]:
    properties = detector.get("property", {})
    if properties.get("cluster-mode", _GROUP_RECTANGLES) == _GROUP_RECTANGLES:
        text = (
            "groups rectangles (0, also if unset), which gives no scores: every detection counts "
            "as high; set cluster-mode=2 (NMS), or 4 if the model suppresses doubles itself"
        )
        yield Finding("warning", f"{path} [property] cluster-mode", text)


def _check_thresholds(path: Path, detector: Sections, config: Config) -> Iterator[Finding]:
    for section, values in detector.items():
        if not section.startswith("class-attrs-"):
            continue
        class_name = section.removeprefix("class-attrs-")
        thresholds = config.resolve(class_id=int(class_name) if class_name.isdecimal() else None)
        for key in ("pre-cluster-threshold", "post-cluster-threshold"):
            if key in values:
                yield _judge_threshold(f"{path} [{section}] {key}", values[key], thresholds)
    if not any("pre-cluster-threshold" in values for values in detector.values()):
        text = f"DeepStream takes 0.2 if this is unset; set it to {config['track_low_thresh']:g}"
        yield Finding("warning", f"{path} [class-attrs-all] pre-cluster-threshold", text)


def _judge_threshold(place: str, text: str, thresholds: Mapping[str, object]) -> Finding:
    low, high = (
        float(str(thresholds["track_low_thresh"])),
        float(str(thresholds["track_high_thresh"])),
    )
    try:
        value = float(text)
    except ValueError:
        return Finding("error", place, f"must be a number from 0 to 1, got {text!r}; set {low:g}")
    if value <= low:
        return Finding("ok", place, f"{text}: low detections arrive")
    lost = "no low detection" if value >= high else f"none from {low:g} to {value:g}"
    return Finding(
        "warning",
        place,
        f"{text} is above track_low_thresh, so {lost} ever arrives and tracks break where scores "
        f"fall; set it to {low:g}",
    )
