"""Many streams in one tracker: batches, names, threads, forks."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamtrack as st

from tests.python.crowds import corners_of, walking_crowd
from tests.python.test_tracker import BOX, SCORE, columns

Crowds = dict[str, list[tuple[Any, Any]]]


def crowds(streams: int, people: int, frames: int) -> Crowds:
    return {
        f"camera-{number}": [
            (corners_of(boxes), scores)
            for boxes, scores in walking_crowd(people, frames, seed=number)
        ]
        for number in range(streams)
    }


def canonical(runs: list[dict[str, list[int]]]) -> list[dict[str, list[int]]]:
    """Ids renamed in the order in which they appear: two runs share the process's counter."""
    names: dict[int, int] = {}
    return [
        {stream: [names.setdefault(i, len(names)) for i in ids] for stream, ids in batch.items()}
        for batch in runs
    ]


@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_a_batch_is_its_streams_one_by_one(threads: int) -> None:
    given = crowds(streams=7, people=60, frames=15)  # enough work that threads are used
    one, many = st.MultiStreamTracker(), st.MultiStreamTracker(threads=threads)
    ids_of_one, ids_of_many = [], []
    for frame in range(15):
        singly = {name: one.update(name, *crowd[frame]) for name, crowd in given.items()}
        batch = many.update_batch({name: crowd[frame] for name, crowd in given.items()})
        assert list(batch) == list(given)
        for name in given:
            assert columns(batch[name]) == columns(singly[name])
        ids_of_one.append({name: tracks.ids.tolist() for name, tracks in singly.items()})
        ids_of_many.append({name: tracks.ids.tolist() for name, tracks in batch.items()})
    assert canonical(ids_of_one) == canonical(ids_of_many)


def test_a_batch_with_one_bad_stream_changes_none() -> None:
    given = crowds(streams=3, people=10, frames=10)
    tracker, witness = st.MultiStreamTracker(), st.MultiStreamTracker()
    for frame in range(10):
        good = {name: crowd[frame] for name, crowd in given.items()}
        bad: dict[str, Any] = {**good, "camera-1": (BOX, [60.0]), "new": (BOX, SCORE)}
        with pytest.raises(ValueError, match='stream "camera-1": scores: .* got 60 in row 0'):
            tracker.update_batch(bad)
        assert "new" not in tracker.streams
        batch, expected = tracker.update_batch(good), witness.update_batch(good)
        for name in given:
            assert columns(batch[name]) == columns(expected[name])


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"a": (BOX,)}, 'stream "a": a frame must be .* got 1 values'),
        ({"a": BOX}, 'stream "a": a frame must be .* got .*ndarray'),
        ({"a": (BOX, SCORE), "b": (BOX, None)}, 'stream "b": scores must be an array'),
        ({3: (BOX, SCORE), "3": (BOX, SCORE)}, 'streams of a batch must differ, got "3" twice'),
    ],
)
def test_a_malformed_batch_says_which_stream(frames: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        st.MultiStreamTracker().update_batch(frames)


def test_skipped_frames_and_times_by_name() -> None:
    tracker = st.MultiStreamTracker(st.Config(motion_time="real", frame_rate=10))
    frames = {"a": (BOX, SCORE), "b": (BOX, SCORE), "c": (BOX, SCORE)}
    tracker.update_batch(frames, timestamps=0.0)
    empty = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    batch = tracker.update_batch(
        {"a": empty, "b": empty, "c": None}, detected={"a": False}, timestamps={"a": 0.1}
    )
    assert batch["a"].detection_index.tolist() == [-1]
    assert batch["b"].ids.tolist() == []
    assert batch["c"].detection_index.tolist() == [-1]


def test_a_number_is_its_name() -> None:
    tracker = st.MultiStreamTracker(st.Config(streams={3: {"track_high_thresh": 0.95}}))
    assert len(tracker.update(3, BOX, SCORE)) == 0
    assert len(tracker.update("3", BOX, SCORE)) == 0
    assert len(tracker.update(4, BOX, SCORE)) == 1
    assert tracker.streams == ["3", "4"]
    with pytest.raises(TypeError, match="a text or a whole number, got float"):
        tracker.update(3.5, BOX, SCORE)  # type: ignore[arg-type]


def test_removing_a_stream_leaves_the_others() -> None:
    tracker = st.MultiStreamTracker()
    frames = {"a": (BOX, SCORE), "b": (BOX, SCORE)}
    first = tracker.update_batch(frames)
    assert tracker.remove_stream("a")
    assert not tracker.remove_stream("a")
    assert tracker.streams == ["b"]
    second = tracker.update_batch(frames)
    assert second["b"].ids.tolist() == first["b"].ids.tolist()
    assert second["a"].ids[0] > max(first["a"].ids[0], first["b"].ids[0])


def test_idle_streams_are_forgotten() -> None:
    tracker = st.MultiStreamTracker(st.Config(max_idle_frames=5))
    tracker.update_batch({"a": (BOX, SCORE), "b": (BOX, SCORE)})
    for _ in range(8):
        tracker.update_batch({"b": (BOX, SCORE)})
    assert tracker.streams == ["b"]


def test_pickle_keeps_every_stream() -> None:
    given = crowds(streams=3, people=8, frames=20)
    tracker = st.MultiStreamTracker({"track_buffer": 20}, box_format="xyxy", threads=2)
    for frame in range(10):
        tracker.update_batch({name: crowd[frame] for name, crowd in given.items()})
    again = pickle.loads(pickle.dumps(tracker))
    assert again.streams == tracker.streams
    assert (again.box_format, again.threads) == ("xyxy", 2)
    for frame in range(10, 20):
        batch = {name: crowd[frame] for name, crowd in given.items()}
        expected, tracks = tracker.update_batch(batch), again.update_batch(batch)
        assert [columns(t) for t in tracks.values()] == [columns(t) for t in expected.values()]


def test_two_threads_in_one_tracker_get_an_error() -> None:
    tracker = st.MultiStreamTracker(threads=1)
    given = crowds(streams=40, people=60, frames=1)
    batch = {name: crowd[0] for name, crowd in given.items()}
    refused: list[str] = []

    def work() -> None:
        for _ in range(40):
            try:
                tracker.update_batch(batch)
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused, "four threads in 160 batches must meet"
    assert all("one thread at a time" in message for message in refused)
    assert len(tracker.update_batch(batch)) == 40  # it goes on


def test_a_tracker_called_from_within_its_own_call_gets_an_error() -> None:
    tracker = st.MultiStreamTracker()

    class Boxes:
        def __array__(self, *args: object, **more: object) -> Any:
            tracker.update("inner", BOX, SCORE)

    with pytest.raises(RuntimeError, match="one thread at a time"):
        tracker.update("outer", Boxes(), SCORE)
    assert tracker.streams == []


def test_different_trackers_run_at_once_and_share_no_id() -> None:
    ids: list[list[int]] = [[] for _ in range(4)]

    def work(number: int) -> None:
        tracker = st.Tracker()
        for boxes, scores in walking_crowd(20, 60, seed=number):
            ids[number].extend(set(tracker.update(corners_of(boxes), scores).ids.tolist()))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [set(of_one) for of_one in ids]
    assert sum(map(len, seen)) == len(set().union(*seen)) > 60


def test_a_forked_child_can_use_threads_again() -> None:
    given = crowds(streams=8, people=200, frames=2)
    tracker = st.MultiStreamTracker(threads=2)
    tracker.update_batch({name: crowd[0] for name, crowd in given.items()})
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # no pytest here: the child says one byte and goes
        batch = tracker.update_batch({name: crowd[1] for name, crowd in given.items()})
        del tracker  # waits for the threads of its own, not for the parent's
        os.write(writing, b"y" if sum(map(len, batch.values())) > 500 else b"n")
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 1) == b"y"
    os.close(reading)
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"box_format": "cxcywh"}, 'must be "xyxy" or "ltwh", got \'cxcywh\''),
        ({"threads": -1}, r"threads must be in \[0, 1024\], got -1; 0 means every core"),
        ({"threads": 10**11}, r"threads must be in \[0, 1024\], got 100000000000; 0 means"),
    ],
)
def test_wrong_arguments(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        st.MultiStreamTracker(**arguments)


def test_numpys_own_scalars_say_whether_and_when() -> None:
    tracker = st.MultiStreamTracker(st.Config(motion_time="real", frame_rate=10))
    tracker.update("a", BOX, SCORE, timestamp=np.float64(0.5))
    skipped: Any = np.bool_(False)
    assert tracker.update("a", detected=skipped).detection_index.tolist() == [-1]
    batch = tracker.update_batch({"a": None}, timestamps={"a": np.float64(0.7)})
    assert batch["a"].detection_index.tolist() == [-1]


def test_arguments_of_another_kind_are_refused_in_one_line() -> None:
    tracker: Any = st.MultiStreamTracker()
    refused_calls: dict[str, Callable[[], object]] = {
        "a stream's name must be .*, got NoneType": lambda: tracker.update(None, BOX, SCORE),
        "a stream's name must .*, got NoneType": lambda: tracker.remove_stream(None),
        "timestamp must be seconds .*, got str; convert": lambda: tracker.update(
            "a", BOX, SCORE, timestamp="now"
        ),
        'stream "a": timestamp must be .*, got str': lambda: tracker.update_batch(
            {"a": (BOX, SCORE)}, timestamps={"a": "now"}
        ),
        "frames must be a mapping .*, got list; write": lambda: tracker.update_batch([BOX]),
    }
    for message, call in refused_calls.items():
        with pytest.raises(TypeError, match=message) as refused:
            call()
        assert "\n" not in str(refused.value)
    assert tracker.streams == []
