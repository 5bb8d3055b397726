"""The record types against the table they are made from, and against measured figures."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamtrack.host import VERSIONS
from streamtrack.host.layout import KNOWN_VERSIONS, layout_of, owned_bytes, table
from streamtrack.host.memory import PATTERN, Block, Lent, Reserve

# Size of NvMOTFrame, of NvMOTTrackedObj and of NvMOTQuery, and where the frame's objects and the
# query's batch mode stand: as compilers gave them for NVIDIA's own headers.
MEASURED = {
    "6.0": (72, 176, 32, 48, 24),
    "6.0.1": (72, 176, 32, 48, 24),
    "6.1": (72, 176, 32, 48, 24),
    "6.1.1": (72, 176, 32, 48, 24),
    "6.2": (72, 176, 32, 48, 24),
    "6.3": (72, 184, 36, 48, 32),
    "6.4": (72, 216, 56, 48, 40),
    "7.0": (72, 240, 64, 48, 40),
    "7.1": (72, 240, 64, 48, 40),
    "8.0": (72, 376, 64, 48, 40),
    "9.0": (72, 376, 64, 48, 40),
    "9.1": (104, 376, 64, 72, 40),
}


@pytest.mark.parametrize("version", KNOWN_VERSIONS)
def test_every_field_lies_where_the_table_says(version: str) -> None:
    layout = layout_of(version)
    for struct, described in table()[version].items():
        if not described["fields"]:
            continue
        kind = layout[struct]
        assert kind.itemsize == described["size"] == layout.size(struct)
        assert kind.fields is not None
        for name, (offset, size) in described["fields"].items():
            field_kind, field_offset = kind.fields[name][:2]
            assert (field_offset, field_kind.itemsize) == (offset, size)


@pytest.mark.parametrize("version", VERSIONS)
def test_sizes_are_those_of_the_headers(version: str) -> None:
    layout = layout_of(version)
    assert MEASURED[version] == (
        layout.size("NvMOTFrame"),
        layout.size("NvMOTTrackedObj"),
        layout.size("NvMOTQuery"),
        layout.span("NvMOTFrame", "objectsIn")[0],
        layout.span("NvMOTQuery", "batchMode")[0],
    )


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(ValueError, match=r"must be one of 6\.0.*got '4\.0'"):
        layout_of("4.0")


def test_owned_bytes_are_the_fields_and_the_padding() -> None:
    owned = owned_bytes(layout_of("8.0"), "NvMOTTrackedObj", {"classId", "trackingId"})
    assert np.flatnonzero(owned).tolist() == [*range(16), 92, 93, 94, 95]


def test_a_block_is_as_large_as_asked_and_tells_of_overruns() -> None:
    block = Block(40)
    assert (block.bytes == PATTERN).all()
    assert 48 <= len(block.bytes) < 80
    assert block.overrun() is None
    block.bytes[42] = 0
    assert block.overrun() == 2
    block.mend()
    assert block.overrun() is None


def test_a_lent_structure_tells_of_writes_behind_it() -> None:
    lent = Lent(layout_of("9.1")["NvMOTQuery"], zeroed=True)
    assert lent["batchMode"] == 0
    lent._block.bytes[64 + 9] = 1
    assert lent.overrun() == 9


def test_a_reserve_costs_nothing_until_it_is_written_to() -> None:
    reserve = Reserve(8 << 30)
    view = reserve.records(np.dtype(np.uint8), (8 << 30,))
    assert view[5 << 30] == 0
    assert reserve.written_kilobytes() == 0
    view[7 << 30] = 1
    assert 0 < reserve.written_kilobytes() <= 4096


def test_the_library_s_table_says_the_same() -> None:
    """Two copies, since library and host share nothing; they must not drift apart."""
    copy = Path(__file__).parents[2] / "deepstream" / "layout" / "layout.json"
    assert json.loads(copy.read_text()) == table()
