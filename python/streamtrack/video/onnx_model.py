"""Detectors exported to ONNX, run by ONNX Runtime; the model itself says what it needs."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamtrack.io.source import InputError
from streamtrack.video.detection import Detections, suppress_overlaps
from streamtrack.video.frame import Image
from streamtrack.video.heads import HEADS, HeadName, recognise
from streamtrack.video.letterbox import GREY, letterbox

try:
    import onnxruntime
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"a model needs ONNX Runtime, got: {missing}; pip install 'streamtrack[video]'"
    ) from None

# Of a model that takes any size and does not say which it was trained with.
DEFAULT_SIDES, DEFAULT_STRIDE = "[640, 640]", "32"


class OnnxDetector:
    """A YOLOX, YOLOv5, YOLOv8 or later model, or an end-to-end one (300 rows of 6).

    Input size, layout, number format, head and class names are read from the model.

    Args:
        path: The .onnx file.
        min_score: The lowest score that is reported, in [0, 1).
        every_class: Report an object once for every class that it may be, as detection benchmarks
            do; False reports each object once, as its best class, which is what a tracker wants.
        only: The class ids to look for; None for all.
        head: For a model whose shape does not tell: "yolox", "yolox-decoded", "yolov8",
            "yolov8-rows", "yolov5", "end-to-end" or "deepstream".

    Raises:
        InputError: The file is no such model; the message says what was found.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        min_score: float = 0.05,
        *,
        every_class: bool = False,
        only: frozenset[int] | None = None,
        head: HeadName | None = None,
    ) -> None:
        if not 0 <= min_score < 1:
            raise ValueError(f"min_score must be in [0, 1), got {min_score}; 0.05 is usual")
        if not Path(path).is_file():
            raise InputError(f"{path}: no such model; give the path of an .onnx file")
        self.min_score, self.every_class, self.only = min_score, every_class, only
        self._run = _load(path)
        metadata: Mapping[str, str] = self._run.get_modelmeta().custom_metadata_map
        self.class_names = _class_names(metadata)
        task = metadata.get("task", "detect")
        if task not in ("detect", "segment", "pose"):
            raise InputError(
                f"{path}: the model must detect objects, got one for {task!r}; export a "
                "detection model"
            )
        self._path = path
        self._prepare, sides = _input_of(self._run, path)
        any_size = sides is None
        self.height, self.width = sides or _trained_sides(metadata, path)
        try:
            self.head = HEADS[head or self._recognise()]
        except ValueError as error:
            raise InputError(f"{path}: {error}") from None
        shrinks = any_size and self.head.shrinks
        self._stride = _stride(metadata, path) if shrinks else None

    def _recognise(self) -> HeadName:
        grey = np.full((self.height, self.width, 3), GREY, np.uint8)
        output = self._output(grey, rgb=False)
        return recognise(output, self.width, self.height, len(self.class_names))

    def _output(self, canvas: Image, *, rgb: bool) -> NDArray[np.float32]:
        name = self._run.get_inputs()[0].name
        try:
            output = self._run.run(None, {name: self._prepare(canvas, rgb)})[0]
        except Exception as error:
            height, width = canvas.shape[:2]
            raise InputError(
                f"{self._path}: the model must run on every input that it says it takes, got at "
                f"{width}x{height}: {_first_line(error)}; export it with a fixed input size"
            ) from None
        return np.asarray(output[0], np.float32)

    def __call__(self, image: Image) -> Detections:
        """Finds objects in a picture."""
        canvas, fit = letterbox(
            image, self.width, self.height, centred=self.head.centred, stride=self._stride
        )
        height, width = canvas.shape[:2]
        output = self._output(canvas, rgb=self.head.rgb)
        boxes, scores = self.head.read(output, width, height, len(self.class_names))
        if self.only is not None:
            others = [c for c in range(scores.shape[1]) if c not in self.only]
            scores = scores.copy()
            scores[:, others] = 0
        found = self._choose(fit.back(boxes), scores)
        if self.head.overlap is None:
            return found.take(np.argsort(-found.scores, kind="stable"))
        return suppress_overlaps(found, self.head.overlap, across_classes=not self.every_class)

    def _choose(self, boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> Detections:
        if self.every_class:
            rows, classes = np.nonzero(scores > self.min_score)
        else:
            best = scores.argmax(axis=1)
            rows = np.flatnonzero(scores[np.arange(len(scores)), best] > self.min_score)
            classes = best[rows]
        found = Detections(boxes[rows], scores[rows, classes].clip(0, 1), classes.astype(np.int64))
        finite = np.isfinite(found.boxes).all(axis=1)
        solid = (found.boxes[:, 2:] > found.boxes[:, :2]).all(axis=1)
        return found.take(np.flatnonzero(finite & solid))


def _load(path: str | os.PathLike[str]) -> Any:
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    there = onnxruntime.get_available_providers()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            os.fspath(path), options, providers=[name for name in wanted if name in there]
        )
    except Exception as error:
        raise InputError(
            f"{path}: the model must be one that ONNX Runtime {onnxruntime.__version__} can load, "
            f"got: {_first_line(error)}; see whether the file is whole, or export it for an older "
            "opset"
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _trained_sides(metadata: Mapping[str, str], path: str | os.PathLike[str]) -> tuple[int, int]:
    """Height and width that a model which takes any size was trained with."""
    said = metadata.get("imgsz", DEFAULT_SIDES)
    try:
        value = ast.literal_eval(said)
        height, width = (value, value) if isinstance(value, int) else map(int, value)
    except (ValueError, TypeError, SyntaxError):
        height = width = 0
    if min(height, width) < 1:
        raise InputError(
            f"{path}: imgsz in the model's metadata must be a size such as {DEFAULT_SIDES}, got "
            f"{said}; export the model anew"
        )
    return height, width


def _stride(metadata: Mapping[str, str], path: str | os.PathLike[str]) -> int:
    said = metadata.get("stride", DEFAULT_STRIDE)
    if not said.isdecimal() or int(said) < 1:
        raise InputError(
            f"{path}: stride in the model's metadata must be a number such as {DEFAULT_STRIDE}, "
            f"got {said}; export the model anew"
        )
    return int(said)


def _class_names(metadata: Mapping[str, str]) -> dict[int, str]:
    """Ultralytics writes {0: 'person', ...}; some exports a list."""
    try:
        names = ast.literal_eval(metadata.get("names", "{}"))
    except (ValueError, SyntaxError):
        return {}
    pairs = names.items() if isinstance(names, dict) else enumerate(names)
    return {int(number): str(name) for number, name in pairs}


def _input_of(
    model: Any, path: str | os.PathLike[str]
) -> tuple[Callable[[Image, bool], NDArray[Any]], tuple[int, int] | None]:
    """What turns a canvas into the model's input, and the input's height and width; None: any."""
    shape, kind = model.get_inputs()[0].shape, model.get_inputs()[0].type
    dtypes = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}
    one_picture = len(shape) == 4 and (shape[0] == 1 or not isinstance(shape[0], int))
    if not one_picture or kind not in dtypes or 3 not in (shape[1], shape[3]):
        raise InputError(
            f"{path}: the input must be one picture, 1x3xHxW or 1xHxWx3 of floats or bytes, got "
            f"{shape} of {kind}; export the model for detection in pictures"
        )
    channels_first = shape[1] == 3
    sides = shape[2:4] if channels_first else shape[1:3]
    fixed = all(isinstance(side, int) for side in sides)
    dtype = dtypes[kind]

    def prepare(canvas: Image, rgb: bool) -> NDArray[Any]:
        pixels = canvas[:, :, ::-1] if rgb else canvas
        if channels_first:
            pixels = pixels.transpose(2, 0, 1)
        numbers = np.ascontiguousarray(pixels[None], dtype)
        return numbers / dtype(255) if rgb and dtype != np.uint8 else numbers

    return prepare, (sides[0], sides[1]) if fixed else None
