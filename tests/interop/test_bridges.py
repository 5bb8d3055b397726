"""Tracks in other libraries' clothes: what goes in comes out with ids, and nothing is mixed up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import streamtrack as st
import supervision as sv
from numpy.typing import NDArray
from streamtrack.interop import frames, torchvision, ultralytics
from streamtrack.interop import supervision as bridge

BOXES = np.array(
    [[10, 20, 60, 140], [300, 40, 360, 190], [500, 60, 540, 160], [700, 9, 760, 99]], np.float32
)
SCORES = np.array([0.9, 0.3, 0.8, 0.7], np.float32)  # the second starts no track
CLASSES = np.array([0, 2, 2, 1])


def two_frames(tracker: st.Tracker) -> st.Tracks:
    """The second frame in reverse, so that rows of tracks and detections differ."""
    tracker.update(BOXES, SCORES, CLASSES)
    return tracker.update(BOXES[::-1], SCORES[::-1], CLASSES[::-1])


def test_supervision_gets_ids_on_its_own_detections() -> None:
    masks = np.zeros((4, 8, 8), bool)
    masks[np.arange(4), np.arange(4), 0] = True
    seen = sv.Detections(
        xyxy=BOXES[::-1],
        mask=masks,
        confidence=SCORES[::-1],
        class_id=CLASSES[::-1],
        data={"class_name": np.array(["d", "c", "b", "a"])},
    )
    tracker = st.Tracker()
    tracker.update(BOXES, SCORES, CLASSES)
    tracks = tracker.update(*bridge.arrays_of(seen))
    out = bridge.with_ids(seen, tracks)
    assert list(out.data["class_name"]) == ["d", "c", "a"]
    assert out.mask is not None
    assert [int(np.argmax(mask[:, 0])) for mask in out.mask] == [0, 1, 3]
    by_box = {tuple(box): int(i) for box, i in zip(tracks.boxes.tolist(), tracks.ids, strict=True)}
    assert out.tracker_id is not None
    assert out.tracker_id.tolist() == [by_box[tuple(box)] for box in out.xyxy.tolist()]
    assert seen.tracker_id is None  # what was given stays as it was


def test_tracks_become_supervisions_detections_with_predicted_boxes() -> None:
    tracker = st.Tracker()
    two_frames(tracker)
    tracks = tracker.update(detected=False)
    out = bridge.detections_of(tracks, {0: "person", 2: "car"})
    assert len(out) == 3
    assert out.xyxy.tolist() == tracks.boxes.tolist()
    assert out.tracker_id is not None
    assert out.tracker_id.tolist() == tracks.ids.tolist()
    assert sorted(out.data["class_name"]) == ["1", "car", "person"]
    picture = np.zeros((200, 800, 3), np.uint8)
    assert sv.BoxAnnotator().annotate(picture, out).any()
    labels = [f"#{i}" for i in out.tracker_id]
    assert sv.LabelAnnotator().annotate(np.zeros((200, 800, 3), np.uint8), out, labels).any()


def test_the_drop_in_takes_supervisions_own_detections() -> None:
    tracker = bridge.ByteTrack()
    seen = sv.Detections(xyxy=BOXES, confidence=SCORES, class_id=CLASSES)
    for _ in range(3):
        out = tracker.update_with_detections(seen)
    assert out.tracker_id is not None
    assert sorted(out.tracker_id.tolist()) == [1, 2, 3]
    assert out.xyxy.tolist() == BOXES[[0, 2, 3]].tolist()
    assert seen.tracker_id is None
    assert len(tracker.update_with_detections(sv.Detections.empty())) == 0
    tracker.reset()
    again = tracker.update_with_detections(seen)
    assert again.tracker_id is not None
    assert sorted(again.tracker_id.tolist()) == [1, 2, 3]


def test_the_drop_in_passes_over_boxes_without_area_and_asks_for_scores() -> None:
    boxes = np.concatenate([[[5, 5, 5, 9], [5, 9, 9, 9]], BOXES])
    scores = np.concatenate([[0.9, 0.9], SCORES])
    tracker = bridge.ByteTrack()
    out = tracker.update_with_detections(sv.Detections(xyxy=boxes, confidence=scores))
    assert out.xyxy.tolist() == BOXES[[0, 2, 3]].tolist()
    with pytest.raises(ValueError, match="must have confidence, got None"):
        tracker.update_with_detections(sv.Detections(xyxy=BOXES))


class StandInBoxes:
    """As much of Ultralytics' Boxes as is used; test_real_ultralytics has the real one."""

    def __init__(self, data: NDArray[np.float32]) -> None:
        self.xyxy, self.conf, self.cls = data[:, :4], data[:, -2], data[:, -1]


class StandInResult:
    def __init__(self, data: NDArray[np.float32] | None) -> None:
        self.boxes = None if data is None else StandInBoxes(data)


def rows_of_ultralytics() -> NDArray[np.float32]:
    return np.column_stack([BOXES, SCORES, CLASSES]).astype(np.float32)


def test_ultralytics_results_are_read() -> None:
    boxes, scores, classes = ultralytics.arrays_of(StandInResult(rows_of_ultralytics()))
    assert boxes.tolist() == BOXES.tolist()
    assert scores.tolist() == SCORES.tolist()
    assert classes.tolist() == CLASSES.tolist()
    with pytest.raises(ValueError, match="must have boxes, got none"):
        ultralytics.arrays_of(StandInResult(None))


def test_real_ultralytics_results_come_back_with_ids() -> None:
    torch = pytest.importorskip(
        "torch", reason="needs PyTorch (large): pip install torch ultralytics"
    )
    results = pytest.importorskip(
        "ultralytics.engine.results", reason="needs Ultralytics: pip install ultralytics"
    )
    picture = np.zeros((200, 800, 3), np.uint8)
    result = results.Results(
        picture,
        "p",
        {0: "a", 1: "b", 2: "c"},
        boxes=torch.tensor(rows_of_ultralytics()[::-1].copy()),
    )
    tracker = st.Tracker()
    tracker.update(BOXES, SCORES, CLASSES)
    tracks = tracker.update(*ultralytics.arrays_of(result))
    out = ultralytics.with_ids(result, tracks)
    chosen = tracks.detection_index
    assert out.boxes.is_track
    assert out.boxes.id.tolist() == tracks.ids.tolist()
    assert out.boxes.xyxy.tolist() == BOXES[::-1][chosen].tolist()
    assert out.boxes.conf.tolist() == pytest.approx(SCORES[::-1][chosen].tolist())
    assert out.boxes.cls.tolist() == CLASSES[::-1][chosen].tolist()
    assert result.boxes.id is None
    unique = st.Tracker(st.Config(id_mode="unique")).update(BOXES, SCORES, CLASSES)
    with pytest.raises(ValueError, match="at most 2\\^53 for Ultralytics"):
        ultralytics.with_ids(result, unique)


def test_torchvision_predictions_come_back_with_ids() -> None:
    prediction: dict[str, Any] = {
        "boxes": BOXES[::-1], "scores": SCORES[::-1], "labels": CLASSES[::-1],
        "masks": np.arange(4)[:, None, None] * np.ones((1, 2, 2)),
    }  # fmt: skip
    check_torchvision(prediction)


def test_torchvision_predictions_of_real_tensors() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch (large): pip install torch")
    prediction = {
        "boxes": torch.tensor(BOXES[::-1].copy(), requires_grad=True),
        "scores": torch.tensor(SCORES[::-1].copy()),
        "labels": torch.tensor(CLASSES[::-1].copy()),
        "masks": torch.arange(4)[:, None, None] * torch.ones(1, 2, 2),
    }
    out = check_torchvision(prediction)
    assert out["ids"].dtype == torch.int64


def check_torchvision(prediction: dict[str, Any]) -> dict[str, Any]:
    tracker = st.Tracker()
    tracker.update(BOXES, SCORES, CLASSES)
    tracks = tracker.update(*torchvision.arrays_of(prediction))
    out = torchvision.with_ids(prediction, tracks)
    assert out["ids"].tolist() == tracks.ids.tolist()
    assert out["boxes"].tolist() == tracks.boxes.tolist()
    assert out["labels"].tolist() == tracks.classes.tolist()
    assert out["masks"][:, 0, 0].tolist() == tracks.detection_index.tolist()
    assert "ids" not in prediction
    return out


@pytest.mark.parametrize("box_format", ["xyxy", "ltwh"])
def test_data_frames_hold_what_tracks_hold(box_format: frames.BoxFormat) -> None:
    tracker = st.MultiStreamTracker(box_format=box_format)
    boxes = BOXES.copy()
    if box_format == "ltwh":
        boxes[:, 2:] -= boxes[:, :2]
    seen = [
        frames.FrameTracks(name, number, tracker.update(name, boxes, SCORES, CLASSES))
        for number in (1, 2)
        for name in ("gate", "dock")
    ]
    pandas, polars = frames.to_pandas(seen, box_format), frames.to_polars(seen, box_format)
    assert isinstance(pandas, pd.DataFrame)
    assert isinstance(polars, pl.DataFrame)
    assert polars.to_dict(as_series=False) == pandas.to_dict(orient="list")
    assert polars.schema["stream"] == pl.String
    assert polars.schema["id"] == pl.UInt64
    for stream, number, tracks in seen:
        rows = pandas[(pandas["stream"] == stream) & (pandas["frame"] == number)]
        assert rows["id"].tolist() == tracks.ids.tolist()
        assert rows["class"].tolist() == tracks.classes.tolist()
        assert rows["detection_index"].tolist() == tracks.detection_index.tolist()
        for back in (rows, pl.DataFrame(rows)):
            given, scores, classes = frames.arrays_of(back, box_format)
            assert given.tolist() == tracks.boxes.tolist()
            assert scores.tolist() == tracks.scores.tolist()
            assert classes is not None
            assert classes.tolist() == tracks.classes.tolist()


def test_rows_of_detections_can_be_tracked_frame_by_frame() -> None:
    table = pd.DataFrame(
        {"frame": [1, 1, 2, 2], "left": [10, 200, 12, 202], "top": 30, "width": 40, "height": 90,
         "score": [0.9, 0.8, 0.9, 0.8]}
    )  # fmt: skip
    tracker = st.Tracker()
    for _, rows in table.groupby("frame"):
        tracks = tracker.update(*frames.arrays_of(rows))
    assert sorted(tracks.boxes.tolist()) == [[12, 30, 52, 120], [202, 30, 242, 120]]
    with pytest.raises(ValueError, match="rows must have score and x1"):
        frames.arrays_of(table.drop(columns="width"))


def test_no_tracks_are_a_frame_without_rows() -> None:
    assert list(frames.to_pandas([]).columns) == list(frames.to_polars([]).columns)
    assert len(frames.to_pandas([])) == 0
