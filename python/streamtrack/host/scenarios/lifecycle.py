"""What happens to streams, contexts and elements."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from streamtrack.host.findings import HostError
from streamtrack.host.scenarios.registry import scenario
from streamtrack.host.stage import (
    Stage,
    after,
    confirm,
    ids_by_detection,
    nobody,
    people,
    require,
    seen_again,
)


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


@scenario()
def removal_spares_neighbours(stage: Stage) -> None:
    """RemoveStreams removes exactly that stream, stream 0 too."""
    with stage.host(max_streams=4) as host:
        ids = confirm(host, range(4))
        for gone in (0, 2):
            host.remove_stream(gone)
            del ids[gone]
            seen_again(host, ids, after() + gone, f"after the removal of pad {gone}")


@scenario()
def removal_forgets(stage: Stage) -> None:
    """No state survives removal: a pad that comes back has new ids."""
    with stage.host() as host:
        before = confirm(host, (0, 1))[1]
        host.remove_stream(1)
        again = confirm(host, (0, 1), first=after())[1]
        common = set(before.values()) & set(again.values())
        require(not common, f"ids {sorted(common)} were given before the removal")


@scenario(
    lambda stage: not stage.behaviour.removes_every_surface,
)
def removal_takes_the_pad(stage: Stage) -> None:
    """RemoveStreams names one surface of a pad: its other surfaces go too."""
    with stage.host() as host:
        for number in range(after()):
            frames = [people(1, number, surface=surface) for surface in (0, 1)]
            before = [ids_by_detection(result) for result in host.process(frames)]
        host.remove_stream(1)
        second = ids_by_detection(host.process([people(1, after(), surface=1)])[0])
        common = set(before[1].values()) & set(second.values())
        require(not common, f"ids {sorted(common)} of the second surface came back")


@scenario(
    lambda stage: not stage.behaviour.removes_every_surface,
)
def removal_of_an_empty_stream(stage: Stage) -> None:
    """RemoveStreams for a stream without any object answers 0."""
    with stage.host() as host:
        host.process([nobody(3, 0, detected=False)])
        host.remove_stream(3)
        host.remove_stream(3)


@scenario()
def first_id_is_smallest(stage: Stage) -> None:
    """The first id that a stream emits is its smallest, or reset mode 2 wraps the others."""
    with stage.host(reset_mode=3) as host:
        for first in (0, 40):
            for number in range(first, first + 40):
                count = 1 + (number - first) // 13
                lefts = (1000, 200, 600)[:count]
                result = host.process([people(1, number, lefts=lefts), people(0, number)])[0]
                large = [one for one in result.ids.tolist() if one & 0xFFFFFFFF > 1 << 31]
                require(not large, f"frame {number}: ids {large} after the mapping")
            host.end_of_stream(1)
            host.reset_stream(0)


@scenario()
def streams_come_and_go(stage: Stage) -> None:
    """More streams than maxStreams may come and go."""
    with stage.host(max_streams=2) as host:
        for pad in range(0, 12, 2):
            confirm(host, (pad, pad + 1))
            host.remove_stream(pad)
        confirm(host, (1 << 20, (1 << 32) - 1))


@scenario(
    lambda stage: stage.behaviour.has_sub_batches,
)
def sub_batches_at_once(stage: Stage) -> None:
    """Contexts of sub-batches run at the same time and share no ids."""
    options: dict[str, Any] = {"sub_batches": [[0, 5], [1], [2, 3]]}
    if stage.behaviour.inits_in_sub_batch_threads:
        options["config_path"] = (
            None  # which may ask for misc data that 6.4 has in one context only
        )
    with stage.host(**options) as host:
        ids = confirm(host, (0, 1, 2, 3, 5))
        numbers = [number for of_pad in ids.values() for number in of_pad.values()]
        require(len(set(numbers)) == len(numbers), f"ids in two streams: {sorted(numbers)}")
        host.remove_stream(5)
        seen_again(host, {0: ids[0]}, after(), "after the removal of pad 5")


@scenario(
    lambda stage: stage.behaviour.has_dynamic_sub_batches,
)
def dynamic_sub_batches(stage: Stage) -> None:
    """A pad may come back in another sub-batch's context."""
    with stage.host(sub_batches=[2, 2]) as host:
        before = confirm(host, (0, 1, 2))[0]
        host.remove_stream(0)
        again = confirm(host, (3, 1, 2, 0), first=after())[0]
        common = set(before.values()) & set(again.values())
        require(not common, f"ids {sorted(common)} were given before the removal")


@scenario()
def second_start(stage: Stage) -> None:
    """A second start works beside contexts that are never closed."""
    with stage.host() as host:
        confirm(host, (0, 1))
        for first in (after(), 2 * after()):
            host.stop()
            host.start()
            confirm(host, (0, 1), first=first)


@scenario()
def two_elements(stage: Stage) -> None:
    """Two elements in one process do not disturb each other."""
    with stage.host() as one, stage.host() as other:
        first, second = confirm(one), confirm(other)
        seen_again(one, first, after(), "beside another element")
        seen_again(other, second, after(), "beside another element")


@scenario()
def reload(stage: Stage) -> None:
    """The library works again after it was unloaded."""
    for _ in range(3):
        with stage.host() as host:
            confirm(host)


@scenario()
def threads_end(stage: Stage) -> None:
    """No thread of the library outlives its last context."""
    with stage.host():
        pass
    before = _threads()
    with stage.host(max_streams=8) as host:
        confirm(host, range(8))
    patience = time.monotonic() + 2
    while _threads() > before and time.monotonic() < patience:
        time.sleep(0.01)
    left = _threads() - before
    require(left <= 0, f"{left} threads are left after DeInit")


@scenario()
def missing_configuration(stage: Stage) -> None:
    """A configuration file that is not there ends the start cleanly, or is passed over."""
    absent = Path("/nowhere") / "streamtrack-conformance.yml"
    try:
        with stage.host(config_path=str(absent)) as host:
            confirm(host)
    except HostError:
        pass
    with stage.host() as host:
        confirm(host)


@scenario(
    lambda stage: stage.behaviour.has_update_params,
)
def live_parameters(stage: Stage) -> None:
    """UpdateParams reads the text that it is given and leaves the tracks alone."""
    with stage.host() as host:
        ids = confirm(host)
        for step, text in enumerate(("", "x", "%YAML:1.0\n", "nonsense: [" + "1, " * 500)):
            host.update_params(text)
            seen_again(host, ids, after() + step, f"after the parameters {text[:20]!r}")
