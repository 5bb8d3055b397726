"""Models of every head, made here: what the detector says of pictures with known squares."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from streamtrack.io.source import InputError
from streamtrack.video import Detections, Image, open_detector
from streamtrack.video.heads import HeadName
from streamtrack.video.letterbox import letterbox
from streamtrack.video.onnx_model import OnnxDetector

from tests.video.tiny_models import BOX_SIDE, Head, cells, save_model

NAMES = "{0: 'red thing', 1: 'blue thing'}"
HEADS: list[Head] = list(get_args(HeadName))


def squares(width: int, height: int) -> Image:
    """A red square and a blue one on black, each a cell of stride 8 in a picture of twice 64."""
    image = np.zeros((height, width, 3), np.uint8)
    image[16:32, 32:48] = (0, 0, 255)
    image[48:64, 80:96] = (255, 0, 0)
    return image


def best_of(found: Detections, class_id: int) -> tuple[list[float], float]:
    row = int(np.flatnonzero(found.classes == class_id)[0])
    return found.boxes[row].tolist(), float(found.scores[row])


def around(x: float, y: float) -> list[float]:
    """The box of the stride-8 cell with this middle, in a picture of twice the input's size."""
    half = 2 * 8 * BOX_SIDE / 2
    return [x - half, y - half, x + half, y + half]


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_recognised_and_read(head: Head, tmp_path: Path) -> None:
    detector = OnnxDetector(save_model(tmp_path / "m.onnx", head))
    assert detector.head.name == head
    assert (detector.width, detector.height) == (64, 64)
    found = detector(squares(128, 128))
    # The picture is halved to fit, so one cell sees the whole red square and nothing else.
    for class_id, box in ((0, around(40, 24)), (1, around(88, 56))):
        seen, score = best_of(found, class_id)
        assert seen == pytest.approx(box)
        assert score == pytest.approx(1)
    assert np.all(np.diff(found.scores) <= 0)
    assert found.boxes.dtype == np.float32
    assert found.scores.dtype == np.float32


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("size", [(128, 64), (64, 128)])
def test_boxes_come_back_from_the_letterbox(
    head: Head, size: tuple[int, int], tmp_path: Path
) -> None:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[32:48, 16:32] = (0, 0, 255)
    found = OnnxDetector(save_model(tmp_path / "m.onnx", head))(image)
    seen, score = best_of(found, 0)
    assert seen == pytest.approx(around(24, 40))
    assert score == pytest.approx(1)


@pytest.mark.parametrize("dtype", ["float", "float16", "uint8"])
@pytest.mark.parametrize("channels_last", [False, True])
def test_number_format_and_layout_are_read_from_the_model(
    dtype: str, channels_last: bool, tmp_path: Path
) -> None:
    model = save_model(
        tmp_path / "m.onnx",
        "yolov8",
        width=96,
        dtype=dtype,  # type: ignore[arg-type]
        channels_last=channels_last,
    )
    detector = OnnxDetector(model)
    assert (detector.width, detector.height) == (96, 64)
    seen, score = best_of(detector(squares(192, 128)), 1)
    assert seen == pytest.approx(around(88, 56))
    assert score == pytest.approx(1, abs=1e-3)


def test_a_model_of_any_size_runs_at_the_size_it_was_trained_with(tmp_path: Path) -> None:
    model = save_model(
        tmp_path / "m.onnx", "yolov8", width=96, dynamic=True, metadata={"imgsz": "[64, 96]"}
    )
    detector = OnnxDetector(model)
    assert (detector.width, detector.height) == (96, 64)
    assert best_of(detector(squares(192, 128)), 0)[0] == pytest.approx(around(40, 24))


# What LetterBox((640, 640), auto=True, stride=32) of Ultralytics 8.4.190 made of pictures, as its
# predictor calls it for models with dynamic axes: the input, and where the picture lies in it.
ULTRALYTICS = [
    ((1920, 1080), (640, 384), (0, 12, 640, 372)),
    ((1080, 1920), (384, 640), (12, 0, 372, 640)),
    ((768, 576), (640, 480), (0, 0, 640, 480)),
    ((1242, 375), (640, 224), (0, 15, 640, 208)),
    ((333, 500), (448, 640), (11, 0, 437, 640)),
    ((3000, 2), (640, 32), (0, 15, 640, 16)),
]


@pytest.mark.parametrize(("picture", "size", "place"), ULTRALYTICS)
def test_a_model_of_any_size_sees_no_more_grey_than_ultralytics_shows_it(
    picture: tuple[int, int], size: tuple[int, int], place: tuple[int, int, int, int]
) -> None:
    white = np.full((picture[1], picture[0], 3), 255, np.uint8)
    canvas, fit = letterbox(white, 640, 640, centred=True, stride=32)
    assert canvas.shape == (size[1], size[0], 3)
    rows, columns = np.nonzero(canvas[:, :, 0] == 255)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == place
    assert (fit.left, fit.top) == place[:2]


def test_boxes_come_back_from_an_input_that_is_no_square(tmp_path: Path) -> None:
    metadata = {"imgsz": "[128, 128]", "stride": "32"}
    model = save_model(tmp_path / "m.onnx", "yolov8", dynamic=True, metadata=metadata)
    image = np.zeros((72, 256, 3), np.uint8)  # half of it is 128x36, in an input of 128x64
    image[20:36, 32:48] = (0, 0, 255)  # on the cell at (16, 24) of that input, behind 14 rows
    detector, inputs = OnnxDetector(model), []
    prepare = detector._prepare

    def watched(canvas: Image, rgb: bool) -> NDArray[Any]:
        inputs.append(canvas.shape)
        return prepare(canvas, rgb)

    detector._prepare = watched
    seen, score = best_of(detector(image), 0)
    assert inputs == [(64, 128, 3)]
    assert seen == pytest.approx(around(40, 28))
    assert score == pytest.approx(1)


def test_a_model_that_does_not_run_on_what_it_says_it_takes(tmp_path: Path) -> None:
    path = save_model(tmp_path / "m.onnx", "yolov8")
    model = onnx.load(path)
    for place, name in ((2, "height"), (3, "width")):  # its cells are still those of 64x64
        model.graph.input[0].type.tensor_type.shape.dim[place].dim_param = name
    onnx.save(model, path)
    with pytest.raises(
        InputError, match=r"m\.onnx: the model must run on every .* at 640x640: .*; e"
    ):
        OnnxDetector(path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"imgsz": "large"}, r"imgsz in the model's metadata must be a size .*, got large; export"),
        ({"imgsz": "[64]"}, r"imgsz in the model's metadata must be a size .*, got \[64\]; export"),
        ({"imgsz": "64", "stride": "0"}, "stride in the model's metadata must be .*, got 0; exp"),
    ],
)
def test_metadata_that_mean_nothing_are_named(
    metadata: dict[str, str], message: str, tmp_path: Path
) -> None:
    model = save_model(tmp_path / "m.onnx", "yolov8", dynamic=True, metadata=metadata)
    with pytest.raises(InputError, match=message):
        OnnxDetector(model)


def test_class_names_come_from_the_model_and_choose_classes(tmp_path: Path) -> None:
    model = save_model(tmp_path / "m.onnx", "yolov8", metadata={"names": NAMES, "task": "detect"})
    detector = open_detector(str(model), classes=["blue thing"])
    assert detector.class_names == {0: "red thing", 1: "blue thing"}
    found = detector(squares(128, 128))
    assert set(found.classes.tolist()) == {1}
    assert set(open_detector(str(model), classes=["0"])(squares(128, 128)).classes) == {0}
    with pytest.raises(InputError, match="no class dog; its names: red thing, blue thing"):
        open_detector(str(model), classes=["dog"])


def test_numbers_behind_the_classes_are_not_classes(tmp_path: Path) -> None:
    """A model for masks or key points has more columns; its names say how many are classes."""
    model = save_model(
        tmp_path / "m.onnx", "yolov8", metadata={"names": "{0: 'red thing'}", "task": "segment"}
    )
    found = OnnxDetector(model)(squares(128, 128))
    assert set(found.classes.tolist()) == {0}


def test_low_scores_are_reported_down_to_the_limit(tmp_path: Path) -> None:
    model = save_model(tmp_path / "m.onnx", "yolov8")
    image = np.zeros((64, 64, 3), np.uint8)
    for number, strength in enumerate((255, 128, 26, 8)):
        image[8:16, 16 * number : 16 * number + 8, 2] = strength
    found = OnnxDetector(model, min_score=0.05)(image)
    exact = found.scores[np.isin(found.boxes[:, 0], cells(64, 64)[:64, 0] * 8 - 2)]
    assert exact[:3].tolist() == pytest.approx([1, 128 / 255, 26 / 255])
    assert np.all(found.scores > 0.05)


def test_one_object_is_reported_once_unless_every_class_is_wanted(tmp_path: Path) -> None:
    model = save_model(tmp_path / "m.onnx", "yolox")
    image = np.zeros((64, 64, 3), np.uint8)
    image[0:8, 0:8] = (0, 0, 255)
    image[0:4, 0:8] = (204, 0, 0)  # the upper half is blue and a little weaker
    cell = [-2.0, -2.0, 10.0, 10.0]
    once = OnnxDetector(model, min_score=0.3)(image)
    twice = OnnxDetector(model, min_score=0.3, every_class=True)(image)
    assert [c for c, b in zip(once.classes, once.boxes.tolist(), strict=True) if b == cell] == [0]
    both = [c for c, b in zip(twice.classes, twice.boxes.tolist(), strict=True) if b == cell]
    assert sorted(both) == [0, 1]


@pytest.mark.parametrize(
    ("metadata", "message"),
    [({"task": "classify"}, "must detect objects, got one for 'classify'; export a")],
)
def test_other_models_are_refused(metadata: dict[str, str], message: str, tmp_path: Path) -> None:
    model = save_model(tmp_path / "m.onnx", "yolov8", metadata=metadata)
    with pytest.raises(InputError, match=message):
        OnnxDetector(model)


def test_broken_and_missing_models_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(InputError, match=r"broken\.onnx: the model must be .*see whether"):
        OnnxDetector(broken)
    with pytest.raises(InputError, match="no such model"):
        OnnxDetector(tmp_path / "absent.onnx")
    with pytest.raises(InputError, match="must be people or the path of an .onnx file, got yolo"):
        open_detector("yolo")


def test_an_unknown_output_is_refused_with_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"m\.onnx: .* must be 84 rows .* input of 64x64, got 2;"):
        OnnxDetector(save_model(tmp_path / "m.onnx", "classifier"))
