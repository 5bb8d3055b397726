"""The examples run. Those for DeepStream meet stand-ins of its Python packages, no GPU."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from streamtrack.deepstream import library_path
from streamtrack.video import open_video

from tests.video.colour_scene import BLUE, RED, write_video

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> None:
    module = ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)


def test_supervisions_annotators_draw_our_tracks(tmp_path: Path) -> None:
    video = write_video(tmp_path / "in.mp4", [RED, BLUE], frames=4)
    load("supervision_annotators").main(str(video), str(tmp_path / "out.mp4"))
    assert open_video(str(tmp_path / "out.mp4")).frames == 4


FRAME = SimpleNamespace(
    pad_index=1,
    frame_number=7,
    frame_num=7,
    object_items=[
        SimpleNamespace(object_id=5, class_id=2, rect_params=SimpleNamespace(left=10.0, top=20.0))
    ],
)
LINE = "stream 1 frame 7 id 5 class 2 at 10,20"


def test_the_service_maker_pipeline_is_put_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elements: dict[str, tuple[str, dict[str, Any]]] = {}
    links: list[Any] = []

    class Pipeline:
        def __init__(self, _name: str) -> None:
            self.probes: list[Any] = []

        def add(self, factory: str, name: str, properties: dict[str, Any]) -> Pipeline:
            elements[name] = (factory, properties)
            return self

        def link(self, *names: Any) -> Pipeline:
            links.append(names)
            return self

        def attach(self, name: str, probe: Any) -> Pipeline:
            assert name == "tracker"
            self.probes.append(probe)
            return self

        def start(self) -> Pipeline:
            return self

        def wait(self) -> None:
            for _, operator in self.probes:
                operator.handle_metadata(SimpleNamespace(frame_items=[FRAME]))

    members = {"Pipeline": Pipeline, "BatchMetadataOperator": object}
    stand_in(monkeypatch, "pyservicemaker", Probe=lambda name, op: (name, op), **members)
    load("pyservicemaker_pipeline").main("infer.yml", ["file:///a.mp4", "file:///b.mp4"])
    assert capsys.readouterr().out.strip() == LINE
    factory, properties = elements["tracker"]
    assert factory == "nvtracker"
    assert properties["ll-lib-file"] == str(library_path())
    assert Path(properties["ll-config-file"]).is_file()
    assert elements["mux"][1]["batch-size"] == 2
    assert links[-1] == ("mux", "infer", "tracker", "sink")


def test_the_pyds_pipeline_is_described_and_its_probe_reads_tracks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = SimpleNamespace(data=FRAME.object_items[0], next=None)
    untracked = SimpleNamespace(object_id=2**64 - 1)
    objects = SimpleNamespace(data=untracked, next=found)
    frame = SimpleNamespace(pad_index=1, frame_num=7, obj_meta_list=objects)
    batch = SimpleNamespace(frame_meta_list=SimpleNamespace(data=frame, next=None))
    cast = SimpleNamespace(cast=lambda data: data)
    stand_in(
        monkeypatch,
        "pyds",
        gst_buffer_get_nvds_batch_meta=lambda _: batch,
        NvDsFrameMeta=cast,
        NvDsObjectMeta=cast,
    )
    stand_in(monkeypatch, "gi", require_version=lambda *_: None)
    gst = SimpleNamespace(
        PadProbeReturn=SimpleNamespace(OK="ok"), MessageType=SimpleNamespace(ERROR="error")
    )
    stand_in(monkeypatch, "gi.repository", Gst=gst, GLib=None)
    example = load("pyds_pipeline")
    info = SimpleNamespace(get_buffer=object)
    assert example.print_tracks(None, info, None) == "ok"
    assert capsys.readouterr().out.strip() == LINE
    text = example.description("infer.txt", ["file:///a.mp4", "file:///b.mp4"])
    assert f"ll-lib-file={library_path()} " in text
    assert "batch-size=2" in text
    assert text.endswith("nvurisrcbin uri=file:///b.mp4 ! mux.sink_1")
    ended: list[str] = []
    failed = SimpleNamespace(message="no such file"), "nvurisrcbin0"
    message = SimpleNamespace(type="error", parse_error=lambda: failed)
    example.end(None, message, SimpleNamespace(quit=lambda: ended.append("ended")))
    assert ended == ["ended"]
    assert capsys.readouterr().err == "no such file (nvurisrcbin0)\n"


def test_ultralytics_loop_tracks_what_the_model_sees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="needs PyTorch (large): pip install torch ultralytics")
    results = pytest.importorskip(
        "ultralytics.engine.results", reason="needs Ultralytics: pip install ultralytics"
    )
    import numpy as np
    import torch
    import ultralytics

    def predict(_video: str, **_: Any) -> Any:
        for step in range(3):
            boxes = torch.tensor([[10.0 + step, 20, 60, 120, 0.9, 0]])
            yield results.Results(np.zeros((200, 300, 3), np.uint8), "p", {0: "a"}, boxes=boxes)

    monkeypatch.setattr(ultralytics, "YOLO", lambda _: SimpleNamespace(predict=predict))
    load("ultralytics_loop").main("weights.pt", ["street.mp4"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert len({line.partition("ids ")[2] for line in lines}) == 1
