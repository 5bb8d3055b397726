"""The configuration: what files, dicts and keywords may say, and what a mistake is answered."""

from __future__ import annotations

import pickle
import re
import typing
from pathlib import Path
from typing import Any

import pytest
import streamtrack as st
from hypothesis import given
from hypothesis import strategies as some
from streamtrack.parameters import (
    ClassValues,
    ConfigValues,
    StreamValues,
    parameters_markdown,
    parameters_yaml,
)

ULTRALYTICS = """\
# Ultralytics YOLO, AGPL-3.0 license: default settings for ByteTrack
tracker_type: bytetrack # tracker type, ['botsort', 'bytetrack']
track_high_thresh: 0.25 # threshold for the first association
track_low_thresh: 0.1 # threshold for the second association
new_track_thresh: 0.25 # threshold to init a new track
track_buffer: 30 # buffer to calculate the time when to remove tracks
match_thresh: 0.8 # threshold for matching tracks
fuse_score: True # whether to fuse confidence scores with the iou distances
"""


@pytest.fixture
def write(tmp_path: Path) -> typing.Callable[[str], Path]:
    def write_file(text: str) -> Path:
        path = tmp_path / "tracker.yml"
        path.write_text(text)
        return path

    return write_file


Write = typing.Callable[[str], Path]


def test_defaults_are_those_of_the_paper_and_mend_its_quirks() -> None:
    config = st.Config()
    assert config.preset == "bytetrack"
    assert (config.track_high_thresh, config.track_low_thresh) == (0.5, 0.1)
    assert (config.match_thresh, config.second_match_thresh) == (0.8, 0.5)
    assert (config.track_buffer, config.frame_rate) == (30, 30.0)
    assert config.new_track_thresh == pytest.approx(0.6)
    assert (config.box_output, config.iou_pixels, config.fuse_score) == (
        "detection",
        "continuous",
        True,
    )
    assert config["max_targets_per_stream"] == 512


def test_new_track_thresh_follows_the_high_band_up_to_1() -> None:
    assert st.Config(track_high_thresh=0.7).new_track_thresh == pytest.approx(0.8)
    assert st.Config(track_high_thresh=0.95).new_track_thresh == 1.0
    assert st.Config(track_high_thresh=0.7, new_track_thresh=0.7).new_track_thresh == 0.7


def test_the_reference_preset_is_the_base_that_values_stand_on() -> None:
    config = st.Config(preset="reference", box_output="detection")
    assert (config.iou_pixels, config.box_output) == ("inclusive", "detection")


def test_a_file_of_ultralytics_is_taken_as_it_is(write: Write) -> None:
    config = st.Config(write(ULTRALYTICS))
    assert config.track_high_thresh == config.new_track_thresh == 0.25
    assert config.fuse_score is True


def test_a_file_with_opencvs_first_line_is_taken(write: Write) -> None:
    assert st.Config(write("%YAML:1.0\n---\ntrack_buffer: 60\n")).track_buffer == 60
    assert st.Config(write("%YAML:1.0\ntrack_buffer: 61\n")).track_buffer == 61


def test_a_file_of_a_windows_editor_is_taken(write: Write) -> None:
    assert st.Config(write("\ufeff%YAML:1.0\r\ntrack_buffer: 62\r\n")).track_buffer == 62


@pytest.mark.parametrize("nothing", ["~", "null", ""])
def test_a_text_may_be_left_empty(write: Write, nothing: str) -> None:
    assert not st.Config(write(f"record: {nothing}\n")).record
    assert st.Config(write('record: "~"\n')).record == "~"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "%YAML:1.0\n"])
def test_an_empty_file_has_the_defaults(write: Write, text: str) -> None:
    assert st.Config(write(text)) == st.Config()


MISTAKES = {
    "unknown key": (
        "track_buffer: 30\ntrack_hgih_thresh: 0.5\n",
        r"tracker.yml:2: .*got track_hgih_thresh; the nearest is track_high_thresh",
    ),
    "out of range": ("track_high_thresh: 60\n", r"yml:1: track_high_thresh .*\[0, 1\], got 60"),
    "wrong type": ("track_buffer: many\n", "yml:1: track_buffer must be an integer.*got many"),
    "not a number": ("match_thresh: .nan\n", "yml:1: match_thresh must be a number.*got .nan"),
    "half a frame": ("track_buffer: 2.5\n", "yml:1: track_buffer must be an integer.*got 2.5"),
    "no choice": ("preset: fast\n", "yml:1: preset must be one of bytetrack, reference, got fast"),
    "no value": ("track_buffer:\n", "yml:1: track_buffer must be an integer.*got nothing"),
    "bad indent": ("track_buffer: 30\n  match_thresh: 0.8\n", "tracker.yml:2: the file must be"),
    "tab": ("streams:\n\tdock: {}\n", "tracker.yml:2: the file must be YAML"),
    "twice": ("track_buffer: 1\nmatch_thresh: 1\ntrack_buffer: 2\n", "yml:3: .*track_buffer again"),
    "a list": ("track_buffer: [1, 2]\n", "yml:1: track_buffer must be a single value, got a list"),
    "a mapping": ("track_buffer:\n  a: 1\n", "yml:1: track_buffer must be a single value"),
    "an unknown mapping": ("stream:\n  a: 1\n", "yml:1: stream must be a single value"),
    "only a word": ("fast\n", "yml:1: the file must hold `key: value` lines, got a single value"),
    "only a list": ("- 1\n", "yml:1: the file must hold `key: value` lines, got a list"),
    "botsort": ("tracker_type: botsort\n", "yml:1: tracker_type must be bytetrack, got botsort"),
    "no streams": ("streams: dock\n", "yml:1: streams must be a mapping.*got dock"),
    "no stream": ("streams:\n  dock: 5\n", "yml:2: streams.dock must be a mapping.*got 5"),
    "key in a stream": ("streams:\n  dock:\n    buffer: 5\n", "yml:3: .*got buffer; the nearest"),
    "not for a stream": (
        "streams:\n  dock:\n    id_mode: unique\n",
        "yml:3: id_mode must stand at",
    ),
    "not for a class": ("classes:\n  2:\n    frame_rate: 5\n", "yml:3: frame_rate must stand at"),
    "a stream without a name": (
        "streams:\n  '':\n    track_buffer: 3\n",
        "yml:3: a key of streams: must be a stream's name",
    ),
    "no class": ("classes:\n  car:\n    enabled: no\n", "yml:3: a key of classes: must be a class"),
    "class key above": ("enabled: true\n", "yml:1: enabled must stand under a class"),
    "bands crossed": ("track_low_thresh: 0.7\n", "tracker.yml: track_low_thresh must be at most"),
    "bands of a stream": (
        "streams:\n  dock:\n    track_high_thresh: 0.05\n",
        "tracker.yml: track_low_thresh must be at most track_high_thresh",
    ),
    "a class twice": ("classes:\n  01:\n    enabled: no\n", "yml:3: a key of classes: must be.*01"),
    "an anchor": ("track_buffer: &buffer 3\n", "yml:1: values must be written out, got an anchor"),
    "an alias": ("track_buffer: 3\nreport_lost: *b\n", "yml:2: values must be written out"),
    "a tag": ("track_buffer: !!int 3\n", r"yml:1: values must be written out, got a tag \(!\)"),
    "null": ("track_buffer: null\n", "yml:1: track_buffer must be an integer.*got nothing"),
    "two documents": ("track_buffer: 1\n---\ntrack_buffer: 2\n", "the file must be YAML"),
    "a control character": ("track_buffer: \x01\n", "tracker.yml.*the file must be YAML"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_line_rule_and_fix(write: Write, mistake: str) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(st.ConfigError, match=message):
        st.Config(write(text))


def test_a_missing_file_and_a_binary_one(tmp_path: Path) -> None:
    with pytest.raises(st.ConfigError, match=r"none.yml: .* No such file"):
        st.Config(tmp_path / "none.yml")
    (tmp_path / "image.yml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(st.ConfigError, match=r"image.yml: .* not UTF-8"):
        st.Config(tmp_path / "image.yml")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"track_high_thresh": 60}, r"track_high_thresh must be a number in \[0, 1\], got 60"),
        ({"track_hgih_thresh": 0.5}, "got track_hgih_thresh; the nearest is track_high_thresh"),
        ({"track_buffer": None}, "track_buffer must be a number, a text, True or False, got None"),
        ({"fuse_score": 1}, "fuse_score must be true or false, got 1"),
        ({"streams": {3: {}, "3": {}}}, "a key must stand once, got 3 again"),
    ],
)
def test_keywords_and_dicts_are_checked_alike(values: Any, message: str) -> None:
    with pytest.raises(st.ConfigError, match=message):
        st.Config(**values)
    with pytest.raises(st.ConfigError, match=message):
        st.Config(values)


def test_a_list_is_no_configuration() -> None:
    with pytest.raises(st.ConfigError, match="a path, a dict or a Config, got list"):
        st.Config([1])  # type: ignore[arg-type]


def test_precedence(write: Write) -> None:
    file = write(
        "track_buffer: 1\nmatch_thresh: 0.1\nsecond_match_thresh: 0.2\n"
        "classes:\n  2: {match_thresh: 0.3, second_match_thresh: 0.3}\n"
        "streams:\n  dock: {second_match_thresh: 0.4, track_buffer: 4}\n"
    )
    config = st.Config(file, track_buffer=2)
    assert config.track_buffer == 2  # a keyword stands above the file's top level
    assert config.resolve("dock")["track_buffer"] == 4  # and a section above both
    assert config.resolve("dock", 2)["second_match_thresh"] == 0.4  # streams above classes
    assert config.resolve("dock", 2)["match_thresh"] == 0.3
    assert config.resolve("other", 7)["match_thresh"] == 0.1
    last = config.override(["track_buffer=8", "match_thresh=0.5", "track_buffer=9"])
    assert last.resolve("dock")["track_buffer"] == last.track_buffer == 9
    assert last.resolve("dock", 2)["match_thresh"] == 0.5


def test_a_sequences_frame_rate_stands_below_the_file_and_above_the_preset() -> None:
    config = st.Config().with_frame_rate("dock", 8)
    assert (config.resolve("dock")["frame_rate"], config.frame_rate) == (8.0, 30.0)
    said = st.Config(frame_rate=25).with_frame_rate("dock", 8)
    assert said.resolve("dock")["frame_rate"] == 25.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("track_buffer", "--set must be key=value, got track_buffer"),
        ("track_buffer=x", "track_buffer must be an integer"),
        ("classes=2", "got classes; the nearest"),
        ("enabled=false", "enabled must stand under a class"),
    ],
)
def test_a_wrong_override(text: str, message: str) -> None:
    with pytest.raises(st.ConfigError, match=message):
        st.Config().override([text])


def test_unknown_names_point_to_the_nearest() -> None:
    config = st.Config()
    with pytest.raises(AttributeError, match="the nearest parameter is track_buffer"):
        _ = config.track_bufer
    with pytest.raises(KeyError, match="the nearest parameter is track_buffer"):
        _ = config["track_bufer"]


thresholds = some.floats(0, 0.5)
high = some.floats(0.5, 1)
streams = some.dictionaries(
    some.text(min_size=1, max_size=8).filter(lambda name: name.isprintable()),
    some.fixed_dictionaries(
        {},
        optional={
            "track_low_thresh": thresholds,
            "track_buffer": some.integers(0, 1000),
            "frame_rate": some.floats(0.01, 1000),
            "box_output": some.sampled_from(["detection", "kalman"]),
            "preset": some.sampled_from(["bytetrack", "reference"]),
        },
    ),
    max_size=3,
)
classes = some.dictionaries(
    some.integers(0, 70000),
    some.fixed_dictionaries({}, optional={"enabled": some.booleans(), "match_thresh": high}),
    max_size=3,
)
configurations = some.fixed_dictionaries(
    {},
    optional={
        "preset": some.sampled_from(["bytetrack", "reference"]),
        "track_high_thresh": high,
        "track_low_thresh": thresholds,
        "fuse_score": some.booleans(),
        "frame_rate": some.floats(0.01, 1000),
        "record": some.sampled_from(["", "a b", "true", "1", "ü:#", "none"]),
        "streams": streams,
        "classes": classes,
    },
)


@given(
    configurations,
    some.dictionaries(
        some.sampled_from(["track_low_thresh", "duplicate_iou_distance"]), thresholds
    ),
)
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, values: Any, over: dict[str, float]
) -> None:
    config = st.Config(values).with_frame_rate("dock", 12.5).override(over)
    path = tmp_path_factory.getbasetemp() / "written.yml"
    config.save(path)
    again = st.Config(path)
    assert again == config
    assert hash(again) == hash(config)
    assert st.Config(config.to_dict()) == config
    assert pickle.loads(pickle.dumps(config)) == config
    for stream in ("dock", "other", *values.get("streams", {})):
        assert again.resolve(stream) == config.resolve(stream)
        for class_id in (0, *values.get("classes", {})):
            assert again.resolve(stream, class_id) == config.resolve(stream, class_id)


def test_equality_is_of_meaning_not_of_words() -> None:
    assert st.Config(track_buffer=30) == st.Config()
    assert st.Config(streams={"a": {"track_buffer": 30}}) == st.Config()
    assert st.Config(streams={"a": {"track_buffer": 31}}) != st.Config()
    assert st.Config(classes={2: {"enabled": False}}) != st.Config()
    assert st.Config() != "Config()"


def test_repr_can_be_read_back() -> None:
    config = st.Config(track_high_thresh=0.6, streams={"dock": {"frame_rate": 8}})
    assert eval(repr(config), {"Config": st.Config}) == config  # noqa: S307


def test_stream_names_become_pads() -> None:
    config = st.Config(streams={"gate": {"track_buffer": 5}, "gone": {"track_buffer": 6}})
    said = config.to_dict({"dock": "0", "gate": "1"})
    assert said == {"streams": {"1": {"track_buffer": 5}}}


def test_the_types_name_every_parameter_with_its_kind() -> None:
    kinds = {"number": float, "integer": int, "boolean": bool, "text": str}
    hints: dict[str, dict[str, Any]] = {
        scope: typing.get_type_hints(values)
        for scope, values in (
            ("class", ClassValues),
            ("stream", StreamValues),
            ("process", ConfigValues),
        )
    }
    table = {row.name: row for row in st.parameters()}
    of_scope = {
        "class": {"stream_and_class", "class_only"},
        "stream": {"stream", "stream_and_class"},
        "process": {"process", "stream", "stream_and_class"},
    }
    for scope, typed in hints.items():
        named = {name for name, row in table.items() if row.scope in of_scope[scope]}
        assert set(typed) - {"classes", "streams"} == named
        for name in named:
            row = table[name]
            if row.kind == "choice":
                assert typing.get_args(typed[name]) == row.choices
            else:
                assert typed[name] is kinds[row.kind]


CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_documentation_is_made_from_the_table() -> None:
    page = (CHECKOUT / "docs" / "parameters.md").read_text()
    assert page == parameters_markdown(), "make docs"
    for row in st.parameters():
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{row.name}` | ")]
        assert row.meaning in line


def test_the_default_file_is_made_from_the_table(write: Write) -> None:
    path = CHECKOUT / "deepstream" / "config_tracker_ByteTrack.yml"
    assert path.read_text() == parameters_yaml(), "make docs"
    assert st.Config(path) == st.Config()
    # With every `# parameter: value` made a line of its own it still says the defaults.
    said = re.sub(r"^# (\w+: *\S*)$", r"\1", path.read_text(), flags=re.MULTILINE)
    said = said.partition("#\n# One class id")[0]
    assert st.Config(write(said)) == st.Config()
    named = set(re.findall(r"^(\w+):", said, re.MULTILINE))
    assert named == set(st.Config())
