"""The stand-in plugin as a library sees it: the file of its caller, and that file's descriptor."""

import ctypes
from pathlib import Path

import pytest
from streamtrack.host import Plugin
from streamtrack.host.findings import FindingLog
from streamtrack.host.library import Library
from streamtrack.host.memory import LentString

from .conftest import compile_shared

SOURCE = Path(__file__).with_name("caller_probe.cpp")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_shared(SOURCE, tmp_path_factory.mktemp("probe") / "libprobe.so")


def last_caller(probe: Path) -> tuple[Path, str]:
    library = ctypes.CDLL(str(probe))
    library.last_caller.restype = ctypes.c_char_p
    path, version = library.last_caller().decode().split("\n")
    return Path(path), version


def load(probe: Path, version: str, plugin: Plugin) -> Library:
    return Library(probe, version, plugin, FindingLog(), keep=False)


def test_every_call_comes_from_the_plugin(probe: Path) -> None:
    text = LentString(b"7 bytes")
    calls = [
        ("query", (0, 0, 0)),
        ("init", (0, 0, 0)),
        ("deinit", (0,)),
        ("process", (0, 0, 0)),
        ("process_past", (0, 0, 0)),
        ("retrieve_misc_data", (0, 0, 0)),
        ("remove_streams", (0, 1 << 40)),
        ("update_params", (0, text.address)),
    ]
    statuses = []
    for number, (name, arguments) in enumerate(calls):
        library = load(probe, f"{number}.5", Plugin())
        statuses.append(getattr(library, name)(*arguments))
        path, version = last_caller(probe)
        assert path.name == "libnvdsgst_tracker.so"
        assert version == f"{number}.5"
    assert statuses == [7, 7, None, 7, 7, 7, 1, 7]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 5000])
def test_a_lent_string_is_one_of_the_compiler_s_strings(probe: Path, length: int) -> None:
    text = (b"key: value\n" * 500)[:length]
    string = LentString(text)
    assert load(probe, "8.0", Plugin()).update_params(0, string.address) == length
    library = ctypes.CDLL(str(probe))
    library.last_text.restype = ctypes.c_char_p
    assert library.last_text() == text
    assert not string.was_changed()
    ctypes.memset(string.address, 1, 8)
    assert string.was_changed()


@pytest.mark.parametrize(
    ("descriptor", "seen"),
    [
        ("present", "8.0"),
        ("empty", ""),
        ("null", "no version"),
        ("refused", "no descriptor"),
        ("missing", "no such function"),
    ],
)
def test_the_descriptor_looks_as_asked(probe: Path, descriptor: str, seen: str) -> None:
    plugin = Plugin(descriptor)  # type: ignore[arg-type]
    load(probe, "8.0", plugin).query(0, 0, 0)
    assert last_caller(probe)[1] == seen


def test_version_and_place_can_be_chosen(probe: Path) -> None:
    folder = "opt/nvidia/deepstream/deepstream-6.3/lib/gst-plugins"
    plugin = Plugin(version="other", folder=folder, version_file="Version: 6.3\n")
    load(probe, "8.0", plugin).query(0, 0, 0)
    path, version = last_caller(probe)
    assert version == "other"
    assert path.parent.as_posix().endswith(f"/{folder}")
    assert (path.parents[2] / "version").read_text() == "Version: 6.3\n"
