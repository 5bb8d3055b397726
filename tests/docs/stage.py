"""The files that the pages take for granted: your detections, your cameras, your videos, models."""

from __future__ import annotations

import shutil
from pathlib import Path

from streamtrack.simulation import save_scene, simulate

from tests.docs.blocks import CHECKOUT
from tests.video.colour_scene import BLUE, RED, write_video
from tests.video.tiny_models import save_model

COCO = {0: "person", 1: "car"}


def set_stage(folder: Path) -> None:
    """Makes them: small, and of the names that the pages use."""
    for seed, name in enumerate(("dock", "gate", "yard")):
        save_scene(simulate(name, people=6, frames=40, seed=seed), folder / "cameras" / name)
    (folder / "YOUR").mkdir()
    shutil.copy(folder / "cameras/gate/det/det.txt", folder / "YOUR/det.txt")
    for name in ("street", "yard"):
        write_video(folder / f"{name}.mp4", [RED, BLUE], frames=3)
    save_model(folder / "yolox_s.onnx", "yolox")
    save_model(folder / "yolo11n.onnx", "yolov8", metadata={"names": str(COCO)})
    (folder / "tracker.yml").write_text("track_buffer: 40\n")
    example = CHECKOUT / "examples" / "deepstream_app_config_tracker.txt"
    shutil.copy(example, folder / "deepstream_app_config.txt")
