"""Small ONNX detectors of known behaviour, in each head's shape.

Each cell of the grids of strides 8, 16 and 32 reports the mean colour it sees: class 0 is as sure
as the cell is red, class 1 as it is blue. So a wrong channel order, scale, letterbox or grid shows
in boxes and scores.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from streamtrack.video.heads import HeadName

Head = HeadName | Literal["classifier"]
STRIDES = (8, 16, 32)
BOX_SIDE = 1.5  # in strides
FINEST = 48  # an end-to-end model has fewer rows than cells: here the first of the finest grid


def cells(width: int, height: int) -> NDArray[np.float32]:
    """x, y, stride of every cell, in the order of YOLO heads."""
    found = [
        (x, y, stride)
        for stride in STRIDES
        for y in range(height // stride)
        for x in range(width // stride)
    ]
    return np.array(found, np.float32)


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: NDArray[Any] | np.float32) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


def save_model(
    path: Path,
    head: Head,
    *,
    width: int = 64,
    height: int = 64,
    dtype: Literal["float", "float16", "uint8"] = "float",
    channels_last: bool = False,
    dynamic: bool = False,
    metadata: dict[str, str] | None = None,
    box_side: float = BOX_SIDE,
) -> Path:
    graph = _Graph()
    pixels = "images"
    if channels_last:
        pixels = graph.add("Transpose", pixels, perm=[0, 3, 1, 2])
    if dtype != "float":
        pixels = graph.add("Cast", pixels, to=TensorProto.FLOAT)
    blue_green_red = head.startswith("yolox")
    full = 255.0 if blue_green_red or dtype == "uint8" else 1.0
    scores = _scores(graph, pixels, red=2 if blue_green_red else 0, full=full)
    if dynamic:
        assert head == "yolov8"
        output = _output_of_any_size(graph, pixels, scores, box_side)
    else:
        output = _output(graph, head, scores, cells(width, height), box_side)
    made = TensorProto.FLOAT16 if dtype == "float16" else TensorProto.FLOAT
    rank = 2 if head == "classifier" else 3
    number = {"float": "FLOAT", "float16": "FLOAT16", "uint8": "UINT8"}[dtype]
    if dtype == "float16":
        output = graph.add("Cast", output, to=TensorProto.FLOAT16)
    sides: list[int | str] = ["height", "width"] if dynamic else [height, width]
    shape = [1, *sides, 3] if channels_last else [1, 3, *sides]
    kind = getattr(TensorProto, number)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "tiny",
            [helper.make_tensor_value_info("images", kind, shape)],
            [helper.make_tensor_value_info(output, made, ["batch", "rows", "columns"][:rank])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    # Rows of YOLOv8's and of YOLOX's are told apart by the number of classes.
    named = {"names": "{0: 'red', 1: 'blue'}"} if head == "yolov8-rows" else {}
    helper.set_model_props(model, metadata or named)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def _scores(graph: _Graph, pixels: str, red: int, full: float) -> str:
    """Per cell how red and how blue, shape (1, N, 2): one colour's mean minus the two others'."""
    weights = np.full((2, 3, 1, 1), -1, np.float32)
    weights[0, red], weights[1, 2 - red] = 1, 1
    difference = graph.add("Conv", pixels, graph.constant(weights / np.float32(full)))
    clipped = graph.add(
        "Clip", difference, graph.constant(np.float32(0)), graph.constant(np.float32(1))
    )
    grids = []
    for stride in STRIDES:
        pooled = graph.add(
            "AveragePool", clipped, kernel_shape=[stride, stride], strides=[stride, stride]
        )
        flat = graph.add("Reshape", pooled, graph.constant(np.array([1, 2, -1], np.int64)))
        grids.append(graph.add("Transpose", flat, perm=[0, 2, 1]))
    return graph.add("Concat", *grids, axis=1)


def _output(
    graph: _Graph, head: Head, scores: str, grid: NDArray[np.float32], box_side: float
) -> str:
    if head == "classifier":
        return graph.add("ReduceMax", scores, axes=[1], keepdims=0)
    stride = grid[:, 2:]
    middle = (grid[:, :2] + 0.5) * stride
    size = np.repeat(stride * box_side, 2, axis=1)
    sure = np.ones((len(grid), 1), np.float32)
    if head.startswith("yolov8"):
        rows = graph.add("Concat", _rows(graph, middle, size), scores, axis=2)
        return rows if head == "yolov8-rows" else graph.add("Transpose", rows, perm=[0, 2, 1])
    if head == "yolox":
        offsets = np.full_like(middle, 0.5)
        size = np.full_like(size, np.log(box_side))
        return graph.add("Concat", _rows(graph, offsets, size, sure), scores, axis=2)
    if head == "yolox-decoded":
        return graph.add("Concat", _rows(graph, middle, size, sure), scores, axis=2)
    if head == "yolov5":  # three anchors a cell; only the first is sure of anything
        rows = graph.add("Concat", _rows(graph, middle, size, sure), scores, axis=2)
        nothing = graph.add("Concat", _rows(graph, middle, size, 0 * sure), scores, axis=2)
        return graph.add("Concat", rows, nothing, nothing, axis=1)
    if head == "end-to-end":
        grid, middle, size = grid[:FINEST], middle[:FINEST], size[:FINEST]
        finest = graph.constant(np.arange(FINEST))
        scores = graph.add("Gather", scores, finest, axis=1)
    best = graph.add("ReduceMax", scores, axes=[2], keepdims=1)
    which = graph.add("Cast", graph.add("ArgMax", scores, axis=2), to=TensorProto.FLOAT)
    corners = _rows(graph, middle - size / 2, middle + size / 2)
    return graph.add("Concat", corners, best, which, axis=2)


def _output_of_any_size(graph: _Graph, pixels: str, scores: str, box_side: float) -> str:
    """YOLOv8's head, its cells counted in the picture that comes."""
    red = graph.add("Conv", pixels, graph.constant(np.zeros((1, 3, 1, 1), np.float32)))
    grids = []
    for stride in STRIDES:
        zeros = graph.add("AveragePool", red, kernel_shape=[stride] * 2, strides=[stride] * 2)
        ones = graph.add("Add", zeros, graph.constant(np.float32(1)))
        half = graph.constant(np.float32(0.5))
        x, y = (
            graph.add("Sub", graph.add("CumSum", ones, graph.constant(np.array(axis))), half)
            for axis in (3, 2)
        )
        side = graph.add("Mul", ones, graph.constant(np.float32(box_side)))
        found = graph.add("Concat", x, y, side, side, axis=1)
        in_pixels = graph.add("Mul", found, graph.constant(np.float32(stride)))
        shape = graph.constant(np.array([1, 4, -1], np.int64))
        grids.append(graph.add("Reshape", in_pixels, shape))
    boxes = graph.add("Concat", *grids, axis=2)
    return graph.add("Concat", boxes, graph.add("Transpose", scores, perm=[0, 2, 1]), axis=1)


def _rows(graph: _Graph, *columns: NDArray[np.floating[Any]]) -> str:
    return graph.constant(np.concatenate(columns, axis=1)[None].astype(np.float32))
