"""One host of a fleet, a process of its own: libByteTracker.so in the stand-in for DeepStream.

Argument: what `hosts.Orders` holds, as JSON. Prints "ready", and the reported ids of each batch as
a line of JSON, by pad. Ends in order on SIGTERM, as a pipeline does when it is stopped.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from types import FrameType

import numpy as np
from streamtrack.deepstream import library_path
from streamtrack.host import Host, SourceFrame


class Ended(Exception):  # noqa: N818 - it is no error
    """The host is asked to stop."""


def stop(_number: int, _frame: FrameType | None) -> None:
    raise Ended


def crowd(pad: int, number: int, people: int, impossible: int) -> SourceFrame:
    """People in rows who walk to the right, and objects of a score that no tracker can take."""
    places = np.arange(people)
    lefts = 40 * (places % 40) + number % 3
    tops = 60 * (places // 40) + pad
    boxes = np.column_stack([lefts, tops, np.full(people, 20), np.full(people, 50)])
    scores = np.full(people, 0.9)
    scores[:impossible] = 7
    return SourceFrame(pad, number, boxes.astype(np.float32), scores)


def play(orders: dict[str, int]) -> None:
    number, streams = orders["first"], orders["streams"]
    config, targets = str(orders["config"]), orders["people"] + 10
    with Host(
        library_path(), "7.1", config_path=config, max_streams=streams, max_targets=targets
    ) as host:
        print("ready", flush=True)
        while True:
            people = 0 if number - orders["first"] >= orders["frames"] else orders["people"]
            if people:
                frames = [
                    crowd(pad, number, people, orders["impossible"]) for pad in range(streams)
                ]
                ids = {result.pad: result.ids.tolist() for result in host.process(frames)}
                print(json.dumps(ids), flush=True)
                number += 1
            time.sleep(0.02)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        play(json.loads(sys.argv[1]))
    except Ended:
        sys.exit(0)
