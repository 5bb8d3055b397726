"""Writes the static_asserts that hold our structures to layout.json's numbers.

layout.json: version -> structure -> size, align, fields: name -> [offset, size], as measured on the
real headers. Every structure that a header of this folder declares is compared field by field.

    python3 generate_asserts.py [--output FOLDER]
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

# The header of each generation, and the versions that it stands for.
GENERATIONS = {
    "deepstream_6_0": ["6.0", "6.0.1", "6.1", "6.1.1", "6.2"],
    "deepstream_6_3": ["6.3"],
    "deepstream_6_4": ["6.4"],
    "deepstream_7_0": ["7.0", "7.1"],
    "deepstream_8_0": ["8.0"],
    "deepstream_9_0": ["9.0"],
    "deepstream_9_1": ["9.1"],
}

# Our structures that have another name, or are only the head of the host's.
RENAMED = {
    "TransformSize": "NvMOTPerTransformBatchConfig",
    "ObjConvexHull": "NvDsObjConvexHull",
    "ObjReid": "NvDsObjReid",
    "RectParams": "NvOSD_RectParams",
    "PastFrameObj": "NvDsPastFrameObj",
    "PastFrameObjList": "NvDsPastFrameObjList",
    "PastFrameObjStream": "NvDsPastFrameObjStream",
    "PastFrameObjBatch": "NvDsPastFrameObjBatch",
    "TargetMiscDataFrame": "NvDsTargetMiscDataFrame",
    "TargetMiscDataObject": "NvDsTargetMiscDataObject",
    "TargetMiscDataStream": "NvDsTargetMiscDataStream",
    "TargetMiscDataBatch": "NvDsTargetMiscDataBatch",
}
HEADS = {"TransformSize", "TrackedObjBatch"}
DECLARATION = re.compile(r"struct (?:alignas\(8\) )?(\w+) \{\n(.*?)^\};", re.MULTILINE | re.DOTALL)
USING = re.compile(r"^using (?:\w+::)?(\w+)(?: = \w+)?;", re.MULTILINE)
MEMBER = re.compile(r"^    .*?(\w+)(?:\[\d+\])*;", re.MULTILINE)
NOT_THE_HOSTS = {"Layout", "Status", "ConfigStatus", "MiscDataStream", "MiscDataBatch"}


def snake(name: str) -> str:
    """Our name of a field: stream_id for streamID, preserved_data for pPreservedData."""
    name = re.sub(r"^p(?=[A-Z])", "", name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def declared(header: str) -> list[str]:
    """The structures that a header names, in its order."""
    text = (HERE / f"{header}.hpp").read_text()
    names = [match.group(1) for match in DECLARATION.finditer(text)]
    names += [match.group(1) for match in USING.finditer(text)]
    return [name for name in dict.fromkeys(names) if name not in NOT_THE_HOSTS]


def members(struct: str) -> set[str]:
    """The fields of one of our structures that are only a head of the host's."""
    for header in ["every_version", *GENERATIONS]:
        for match in DECLARATION.finditer((HERE / f"{header}.hpp").read_text()):
            if match.group(1) == struct:
                return set(MEMBER.findall(match.group(2)))
    raise LookupError(struct)


def numbers_of(struct: str, version: str, layout: dict[str, Any]) -> dict[str, Any]:
    """What layout.json says of one of our structures; of a head only the fields that we have."""
    numbers = layout[version][RENAMED.get(struct, f"NvMOT{struct}")]
    fields = {snake(field): place for field, place in numbers["fields"].items()}
    if struct not in HEADS:
        return {"size": numbers["size"], "align": numbers["align"], "fields": fields}
    kept = members(struct)
    return {"fields": {name: place for name, place in fields.items() if name in kept}}


def asserts_of(struct: str, versions: list[str], layout: dict[str, Any]) -> list[str]:
    """The lines for one structure, which must be the same in all the versions."""
    numbers = numbers_of(struct, versions[0], layout)
    for version in versions:
        if numbers_of(struct, version, layout) != numbers:
            raise ValueError(f"{struct} differs between {versions[0]} and {version}")
    lines = []
    if "size" in numbers:
        size, align = numbers["size"], numbers["align"]
        lines.append(f"STREAMTRACK_STRUCT({struct}, {size}, {align});")
    for name, (offset, size) in numbers["fields"].items():
        lines.append(f"STREAMTRACK_FIELD({struct}, {name}, {offset}, {size});")
    return lines


def generate(header: str, versions: list[str], layout: dict[str, Any]) -> str:
    """The text of asserts/<header>.inc."""
    space = "streamtrack::nvmot" + ("" if header == "every_version" else f"::{header}")
    lines = [
        f"// Made by generate_asserts.py from layout.json: {', '.join(versions)}.",
        f"namespace {space} {{",
        "",
    ]
    for struct in declared(header):
        lines += [*asserts_of(struct, versions, layout), ""]
    return "\n".join([*lines, f"}}  // namespace {space}", ""])


def main() -> None:
    """Writes one file per header."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE / "asserts")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    layout = json.loads((HERE / "layout.json").read_text())
    everywhere = [version for versions in GENERATIONS.values() for version in versions]
    for header, versions in {"every_version": everywhere, **GENERATIONS}.items():
        (folder / f"{header}.inc").write_text(generate(header, versions, layout))


if __name__ == "__main__":
    main()
