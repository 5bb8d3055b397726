"""The configuration: a YAML file, a dict or keywords, checked by the core's one table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtrack import _core
from streamtrack._core import ConfigError, Layer
from streamtrack.parameters import ConfigValues, ParameterValue, parameters

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from streamtrack.config_source import Entry

__all__ = ["Config", "ConfigError"]

_SECTIONS = {"classes": Layer.classes, "streams": Layer.streams}


class Config:
    """The parameters of a tracker. It never changes; each derivation is a new one.

    Args:
        source: A YAML file (the project's own, or Ultralytics' bytetrack.yaml), a dict of the same
            shape, another Config, or nothing for the defaults.
        **values: Parameters by name; they stand above the source's top level and, as there,
            `classes` and `streams` are mappings with overrides for one class id or stream.

    Raises:
        ConfigError: An unknown key, a wrong type, a value out of range or values that contradict
            each other; the message names file, line, key, rule and the nearest known key.

    Examples:
        >>> config = Config(track_high_thresh=0.6, streams={"dock": {"frame_rate": 8}})
        >>> config.track_high_thresh, config.resolve("dock")["frame_rate"]
        (0.6, 8.0)
    """

    __slots__ = ("_layers", "_values")
    _layers: _core.LayeredConfig
    _values: dict[str, ParameterValue]

    def __init__(
        self,
        source: str | os.PathLike[str] | Mapping[str, Any] | Config | None = None,
        /,
        **values: Unpack[ConfigValues],
    ) -> None:
        if isinstance(source, Config):
            self._layers = _core.LayeredConfig(source._layers)
        else:
            self._layers = _core.LayeredConfig()
        name = ""
        if isinstance(source, (str, os.PathLike)):
            from streamtrack.config_source import entries_of_file

            path = Path(source)
            name = f"{path}: "
            self._take(entries_of_file(path))
        elif isinstance(source, Mapping):
            self._take_mapping(source)
        elif source is not None and not isinstance(source, Config):
            raise ConfigError(
                "the configuration must be a path, a dict or a Config, "
                f"got {type(source).__name__}; give parameters by name"
            )
        self._take_mapping(values)
        self._check(name)

    def _take_mapping(self, mapping: Mapping[str, Any]) -> None:
        if mapping:
            from streamtrack.config_source import entries_of_mapping

            self._take(entries_of_mapping(mapping))

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.key == "tracker_type":
                _check_tracker_type(entry)
            elif entry.key in _SECTIONS:
                self._take_sections(entry)
            else:
                self._set(Layer.file, "", entry)

    def _take_sections(self, entry: Entry) -> None:
        kind = "class ids" if entry.key == "classes" else "stream names"
        if not isinstance(entry.value, list):
            if entry.value in ("", "~", "null"):
                return
            raise ConfigError(
                f"{entry.place}{entry.key} must be a mapping from {kind} to parameters, "
                f"got {entry.value}; indent them below it"
            )
        for section in entry.value:
            if not isinstance(section.value, list):
                raise ConfigError(
                    f"{section.place}{entry.key}.{section.key} must be a mapping of parameters, "
                    f"got {section.value or 'nothing'}; indent them below it"
                )
            for inner in section.value:
                self._set(_SECTIONS[entry.key], section.key, inner)

    def _set(self, layer: Layer, section: str, entry: Entry) -> None:
        if isinstance(entry.value, list):
            raise ConfigError(
                f"{entry.place}{entry.key} must be a single value, got a mapping; only `classes` "
                f"and `streams` have sections{_nearest(entry.key)}"
            )
        try:
            self._layers.set(layer, section, entry.key, entry.value)
        except ConfigError as error:
            raise ConfigError(f"{entry.place}{error}") from None

    def _check(self, name: str = "") -> None:
        try:
            self._layers.check()
        except ConfigError as error:
            raise ConfigError(f"{name}{error}") from None
        self._values = self._layers.resolve("")

    def _derive(self, said: Iterable[tuple[Layer, str, str, str]]) -> Config:
        derived = Config(self)
        for layer, section, key, value in said:
            derived._layers.set(layer, section, key, value)
        derived._check()
        return derived

    def override(self, values: Mapping[str, ParameterValue] | Iterable[str]) -> Config:
        """Returns a configuration in which `values` win over all else, sections included.

        Args:
            values: A mapping, or texts of the form `key=value` as the command line's --set has
                them; of two for one key the last wins.

        Raises:
            ConfigError: As for the constructor.
        """
        from streamtrack.config_source import text_of

        if isinstance(values, Mapping):
            pairs = [(key, text_of(key, value)) for key, value in values.items()]
        else:
            pairs = [_split(text) for text in values]
        return self._derive((Layer.command, "", key, value) for key, value in pairs)

    def with_frame_rate(self, stream: str, frame_rate: float) -> Config:
        """Returns a configuration that knows a stream's frame rate from its seqinfo.ini.

        It stands above the preset and below all that the configuration itself says.
        """
        return self._derive([(Layer.sequence, stream, "frame_rate", repr(float(frame_rate)))])

    def with_real_time(self, stream: str) -> Config:
        """Returns a configuration that knows a stream for a live camera's: `motion_time: real`.

        It stands above the preset and below all that the configuration itself says.
        """
        return self._derive([(Layer.sequence, stream, "motion_time", "real")])

    def resolve(
        self, stream: str | int | None = None, class_id: int | None = None
    ) -> dict[str, ParameterValue]:
        """Returns the values that hold for one stream, or for one class within it.

        Args:
            stream: The stream's name; None for streams without a section of their own.
            class_id: If given, only what may differ by class is returned.
        """
        name = "" if stream is None else str(stream)
        if class_id is None:
            return dict(self._layers.resolve(name))
        return dict(self._layers.resolve_class(name, class_id))

    def __getitem__(self, name: str) -> ParameterValue:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(f"{name} is no parameter{_nearest(name)}") from None

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._values:
            return self._values[name]
        raise AttributeError(f"Config has no {name}{_nearest(name)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def to_dict(self, stream_names: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Returns what the configuration says, as a dict that `Config` reads back equal.

        Args:
            stream_names: New names for streams, such as DeepStream's pad indices; if given, streams
                that it does not name are left out.
        """
        from streamtrack.config_writing import said

        return said(self._layers.assignments(), stream_names)

    def to_yaml(self, stream_names: Mapping[str, str] | None = None) -> str:
        """Returns what the configuration says, as YAML that `Config` reads back equal."""
        from streamtrack.config_writing import yaml_of

        return yaml_of(self.to_dict(stream_names))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes `to_yaml()` to a file, for Python, the command line and DeepStream alike."""
        from streamtrack.io.whole_file import write_whole

        write_whole(Path(path), self.to_yaml())

    @property
    def stream_names(self) -> list[str]:
        """The streams that have a section of their own, in alphabetical order."""
        return sorted(self._sections(Layer.streams))

    @property
    def class_ids(self) -> list[int]:
        """The classes that have a section of their own, ascending."""
        return sorted(map(int, self._sections(Layer.classes)))

    def _sections(self, *layers: Layer) -> set[str]:
        return {section for layer, section, _, _ in self._layers.assignments() if layer in layers}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Config):
            return NotImplemented
        streams, classes = {""}, {*self.class_ids, *other.class_ids}
        for config in (self, other):
            streams |= config._sections(Layer.sequence, Layer.streams)
        return all(
            self.resolve(stream, class_id) == other.resolve(stream, class_id)
            for stream in streams
            for class_id in (None, *classes)
        )

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"Config({', '.join(f'{key}={value!r}' for key, value in self.to_dict().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        said = [(layer.name, *rest) for layer, *rest in self._layers.assignments()]
        return _restored, (said,)


def _restored(said: list[tuple[str, str, str, str]]) -> Config:
    return Config()._derive(
        (Layer[layer], section, key, value) for layer, section, key, value in said
    )


def _check_tracker_type(entry: Entry) -> None:
    if entry.value != "bytetrack":
        raise ConfigError(
            f"{entry.place}tracker_type must be bytetrack, got {entry.value}; "
            "this is a ByteTrack tracker: give a bytetrack.yaml"
        )


def _nearest(name: str) -> str:
    known = {row.name for row in parameters()}
    return "" if name in known else f"; the nearest parameter is {_core.nearest_parameter(name)}"


def _split(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--set must be key=value, got {text}; write for example {text}=0.6")
    return key.strip(), value.strip()
