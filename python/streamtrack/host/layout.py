"""NumPy record types of NvMOT's structures in every DeepStream version, made from ``layout.json``.

The table gives size and offset of each field; what a field holds (a float, a box, a nested
structure) follows from its name, since no name changes its kind between versions.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt


class Struct(TypedDict):
    """One structure of ``layout.json``."""

    size: int
    align: int
    fields: dict[str, list[int]]


@functools.cache
def table() -> dict[str, dict[str, Struct]]:
    """The table: version -> structure -> size, align, fields: name -> [offset, size] in bytes."""
    text = importlib.resources.files(__package__).joinpath("layout.json").read_text()
    loaded: dict[str, dict[str, Struct]] = json.loads(text)
    return loaded


KNOWN_VERSIONS: tuple[str, ...] = tuple(table())
VERSIONS: tuple[str, ...] = tuple(v for v in KNOWN_VERSIONS if not v.startswith("5."))
"""The versions that the host plays; of 5.x only the layouts are sure, so it is not promised."""

_FORMATS: dict[str, Any] = {
    "confidence": "<f4",
    "visibility": "<f4",
    "reidInd": "<i4",
    "bbox": ("<f4", (4,)),
    "ptImgFeet": ("<f4", (2,)),
    "ptWorldFeet": ("<f4", (2,)),
    "bbox3DWorld": ("<f4", (12,)),
    "bbox3DImg": ("<f4", (8, 2)),
}
_NESTED = {
    "objectsIn": "NvMOTObjToTrackList",
    "miscConfig": "NvMOTMiscConfig",
    "timeMeta": "NvMOTTimeMeta",
    "mask": "NvMOTMask",
    "reid": "NvDsObjReid",
    "convexHull": "NvDsObjConvexHull",
}


class Layout:
    """The record types of one DeepStream version.

    Args:
        version: One of :data:`KNOWN_VERSIONS`.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self._structs = table()[version]
        self._types: dict[str, np.dtype[np.void]] = {}

    def __getitem__(self, struct: str) -> np.dtype[np.void]:
        """The record type of ``struct``, with its exact offsets and size."""
        if struct not in self._types:
            fields = self._structs[struct]["fields"]
            self._types[struct] = np.dtype(
                {
                    "names": list(fields),
                    "formats": [self._format(name, size) for name, (_, size) in fields.items()],
                    "offsets": [offset for offset, _ in fields.values()],
                    "itemsize": self.size(struct),
                }
            )
        return self._types[struct]

    def has(self, struct: str, field: str | None = None) -> bool:
        """Whether this version has ``struct``, and ``field`` in it."""
        return struct in self._structs and (
            field is None or field in self._structs[struct]["fields"]
        )

    def size(self, struct: str) -> int:
        """Bytes that ``struct`` takes, its padding included."""
        return self._structs[struct]["size"]

    def span(self, struct: str, field: str) -> tuple[int, int]:
        """First byte of ``field`` and the one after its last."""
        offset, size = self._structs[struct]["fields"][field]
        return offset, offset + size

    def field_at(self, struct: str, byte: int) -> str:
        """The name of the field that holds ``byte`` of ``struct``, in words when it is padding."""
        for name in self._structs[struct]["fields"]:
            first, end = self.span(struct, name)
            if first <= byte < end:
                return name
        return "padding"

    def _format(self, name: str, size: int) -> Any:
        if name == "tBbox":  # NvOSD_RectParams, of which only left, top, width, height are read
            box: Any = {
                "names": ["ltwh"],
                "formats": [("<f4", (4,))],
                "offsets": [0],
                "itemsize": size,
            }
            return np.dtype(box)
        if name in _NESTED:
            return self[_NESTED[name]]
        if name == "colorFormats":
            return ("<u4", (size // 4,))
        plain = f"<u{size}" if size in (1, 2, 4, 8) else ("u1", (size,))
        return _FORMATS.get(name, plain)


@functools.cache
def layout_of(version: str) -> Layout:
    """The one :class:`Layout` of ``version``.

    Raises:
        ValueError: ``version`` is not in :data:`KNOWN_VERSIONS`.
    """
    if version not in table():
        raise ValueError(
            f"version must be one of {', '.join(VERSIONS)}, got {version!r}; choose one of them"
        )
    return Layout(version)


def owned_bytes(layout: Layout, struct: str, fields: set[str]) -> npt.NDArray[np.bool_]:
    """Which bytes of ``struct`` are of ``fields``, or padding, which a compiler may write.

    Returns:
        Bool array, one entry for each byte of the structure.
    """
    foreign = np.zeros(layout.size(struct), bool)
    for name in layout[struct].names or ():
        first, end = layout.span(struct, name)
        foreign[first:end] = name not in fields
    return ~foreign
