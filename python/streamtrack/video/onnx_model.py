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
from streamtrack.video.letterbox import letterbox

try:
    import onnxruntime
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"a model needs ONNX Runtime, got: {missing}; pip install 'streamtrack[video]'"
    ) from None

DEFAULT_SIDE = 640  # of a model that takes any size and does not say which it was trained with


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
            raise InputError(f"{path}: a detection model is needed, got one for {task!r}")
        self._prepare, self.width, self.height = _input_of(self._run, metadata, path)
        try:
            self.head = HEADS[head or self._recognise()]
        except ValueError as error:
            raise InputError(f"{path}: {error}") from None

    def _recognise(self) -> HeadName:
        grey = np.full((self.height, self.width, 3), 114, np.uint8)
        output = self._output(grey, rgb=False)
        return recognise(output, self.width, self.height, len(self.class_names))

    def _output(self, canvas: Image, *, rgb: bool) -> NDArray[np.float32]:
        name = self._run.get_inputs()[0].name
        output = self._run.run(None, {name: self._prepare(canvas, rgb)})[0]
        return np.asarray(output[0], np.float32)

    def __call__(self, image: Image) -> Detections:
        """Finds objects in a picture."""
        canvas, fit = letterbox(image, self.width, self.height, centred=self.head.centred)
        output = self._output(canvas, rgb=self.head.rgb)
        boxes, scores = self.head.read(output, self.width, self.height, len(self.class_names))
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
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{path}: the model must be one that ONNX Runtime {onnxruntime.__version__} can load, "
            f"got: {reason}; see whether the file is whole, or export it for an older opset"
        ) from None


def _class_names(metadata: Mapping[str, str]) -> dict[int, str]:
    """Ultralytics writes {0: 'person', ...}; some exports a list."""
    try:
        names = ast.literal_eval(metadata.get("names", "{}"))
    except (ValueError, SyntaxError):
        return {}
    pairs = names.items() if isinstance(names, dict) else enumerate(names)
    return {int(number): str(name) for number, name in pairs}


def _input_of(
    model: Any, metadata: Mapping[str, str], path: str | os.PathLike[str]
) -> tuple[Callable[[Image, bool], NDArray[Any]], int, int]:
    """What turns a canvas into the model's input, and the input's width and height."""
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
    if not all(isinstance(side, int) for side in sides):
        sides = ast.literal_eval(metadata.get("imgsz", f"[{DEFAULT_SIDE}, {DEFAULT_SIDE}]"))
    dtype = dtypes[kind]

    def prepare(canvas: Image, rgb: bool) -> NDArray[Any]:
        pixels = canvas[:, :, ::-1] if rgb else canvas
        if channels_first:
            pixels = pixels.transpose(2, 0, 1)
        numbers = np.ascontiguousarray(pixels[None], dtype)
        return numbers / dtype(255) if rgb and dtype != np.uint8 else numbers

    return prepare, int(sides[1]), int(sides[0])
