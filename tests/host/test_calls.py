"""What the library is given: the order of the first calls, and each structure's contents."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from streamtrack.host import VERSIONS, Host
from streamtrack.host.layout import layout_of
from streamtrack.host.memory import PATTERN, PATTERN_U32, PATTERN_U64
from streamtrack.host.versions import behaviour_of

from .conftest import walkers


@dataclass
class Witness:
    """Reads what lies at the addresses that a host hands to its library."""

    host: Host
    calls: list[str] = field(default_factory=list)
    queries: list[Any] = field(default_factory=list)
    configs: list[Any] = field(default_factory=list)
    paths: list[bytes | None] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)
    lists: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        library: Any = self.host._setup.library
        query, init, process = library.query, library.init, library.process

        def see_query(length: int, path: int, address: int) -> int:
            self.calls.append("Query")
            self.paths.append(ctypes.string_at(path, length) if path else None)
            self.queries.append(self.read("NvMOTQuery", address))
            return int(query(length, path, address))

        def see_init(config: int, place: int, response: int) -> int:
            self.calls.append("Init")
            self.configs.append(self.read("NvMOTConfig", config))
            return int(init(config, place, response))

        def see_process(handle: int, params: int, batch: int) -> int:
            self.calls.append("Process")
            asked = self.read("NvMOTProcessParams", params)
            count = int(asked["numFrames"])
            self.frames.append(self.read("NvMOTFrame", int(asked["frameList"]), count))
            lists = int(self.read("NvMOTTrackedObjBatch", batch)["list"])
            self.lists.append(self.read("NvMOTTrackedObjList", lists, count))
            return int(process(handle, params, batch))

        library.query, library.init, library.process = see_query, see_init, see_process

    def read(self, struct: str, address: int, count: int | None = None) -> Any:
        kind = layout_of(self.host.version)[struct]
        data = np.frombuffer(ctypes.string_at(address, kind.itemsize * (count or 1)), kind)
        return data[0] if count is None else data


@pytest.mark.parametrize("version", VERSIONS)
def test_query_and_init_come_in_the_version_s_order(
    make_host: Callable[..., Host], version: str
) -> None:
    host = make_host(version, gpu_id=3, max_streams=5)
    witness = Witness(host)
    with host:
        pass
    query, config, layout = witness.queries[0], witness.configs[0], layout_of(version)
    old = behaviour_of(version).number < (7, 0)
    assert witness.calls == (["Query", "Init"] if old else ["Init", "Query"])
    garbage = behaviour_of(version).number < (6, 3)
    assert query["computeConfig"] == (PATTERN if garbage else 0)
    if layout.has("NvMOTQuery", "maxTargetsPerStream"):
        assert query["maxTargetsPerStream"] == (150 if old else 0)
    if layout.has("NvMOTQuery", "contextHandle"):
        assert query["contextHandle"] != 0
    assert config["maxStreams"] == 5
    assert config["miscConfig"]["gpuId"] == 3
    assert config["computeConfig"] == (2 if old else PATTERN)
    assert config["numTransforms"] == (0 if old else PATTERN)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("given", [None, "a.yml;b.yml"])
def test_each_context_gets_its_part_of_the_path(
    make_host: Callable[..., Host], given: str | None, version: str
) -> None:
    number = behaviour_of(version).number
    sub_batches = [[0], [1], [2]] if number >= (6, 4) else None
    host = make_host(version, config_path=given, sub_batches=sub_batches)
    witness, seen = Witness(host), []
    library: Any = host._setup.library
    init = library.init

    def see_path(config: int, place: int, response: int) -> int:
        read = witness.read("NvMOTConfig", config)
        address, size = int(read["customConfigFilePath"]), int(read["customConfigFilePathSize"])
        seen.append(ctypes.string_at(address) if address else None)
        assert size == len(seen[-1] or b"")
        return int(init(config, place, response))

    library.init = see_path
    with host:
        pass
    if given is None:
        assert set(seen) == {None if number < (6, 4) else b""}
        assert set(witness.paths) == {None}
    elif number < (6, 4):
        assert seen == witness.paths == [b"a.yml;b.yml"]
    else:
        assert sorted(seen, key=str) == [b"a.yml", b"b.yml", b"b.yml"]
        assert witness.paths == ([b"a.yml"] if number < (7, 0) else seen)


@pytest.mark.parametrize("version", VERSIONS)
def test_frames_are_filled_as_the_version_fills_them(
    make_host: Callable[..., Host], version: str
) -> None:
    host = make_host(version, max_streams=3)
    witness = Witness(host)
    with host:
        host.process(
            [walkers(7, 5, size=(640, 360)), walkers(1, 2**32 + 4, timestamp=1.5, detected=False)]
        )
    frames, lists = witness.frames[0], witness.lists[0]
    names = frames.dtype.names
    assert frames["streamID"].tolist() == [1 << 32, 7 << 32] == lists["streamID"].tolist()
    assert frames["frameNum"].tolist() == [4, 5] == lists["frameNum"].tolist()
    assert frames["srcFrameWidth"].tolist() == [1920, 640]
    assert frames["doTracking"].tolist() == [1, 1]
    assert frames["reset"].tolist() == frames["numBuffers"].tolist() == [0, 0]
    assert frames["objectsIn"]["detectionDone"].tolist() == [0, 1]
    assert frames["objectsIn"]["numFilled"].tolist() == [3, 3]
    assert set(lists["numFilled"].tolist()) == {PATTERN_U32}
    if "seq_index" in names:
        assert frames["seq_index"].tolist() == [1, 0]
    if "timeMeta" in names:
        times = frames["timeMeta"]
        assert times["frameTimeStamp"].tolist() == [1_500_000_000, 0]
        assert times["frameTimeValid"].tolist() == [1, 0]
        assert times["frameNum"].tolist() == [4, 5]
        assert (frames["sensorName"] != 0).all()
    else:
        assert set(frames["timeStamp"].tolist()) == {PATTERN_U64}
        assert frames["timeStampValid"].tolist() == [0, 0]
