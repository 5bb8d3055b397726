"""What the twin can be told, by the names of the project's parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True)
class Settings:
    preset: Literal["bytetrack", "reference"] = "bytetrack"
    track_high_thresh: float = 0.5
    track_low_thresh: float = 0.1
    new_track_thresh: float | None = None  # track_high_thresh + 0.1, at most 1
    match_thresh: float = 0.8
    second_match_thresh: float = 0.5
    tentative_match_thresh: float = 0.7
    duplicate_iou_distance: float = 0.15
    fuse_score: bool = True
    iou_pixels: Literal["continuous", "inclusive"] = "continuous"
    class_aware: bool = True
    track_buffer: int = 30
    frame_rate: float = 30
    skipped_frames: Literal["coast", "hold", "silent"] = "coast"
    box_output: Literal["detection", "kalman"] = "detection"
    score_smoothing: float = 0
    report_tentative: bool = False
    report_lost: int = 0

    @classmethod
    def of(cls, **given: Any) -> Settings:
        """The preset's values, and above them what was given."""
        if given.get("preset") == "reference":
            preset = cls(
                preset="reference", iou_pixels="inclusive", class_aware=False, box_output="kalman"
            )
            return replace(preset, **given)
        return cls(**given)

    @property
    def is_reference(self) -> bool:
        return self.preset == "reference"

    @property
    def start_thresh(self) -> float:
        if self.new_track_thresh is not None:
            return self.new_track_thresh
        return min(self.track_high_thresh + 0.1, 1.0)

    @property
    def buffer(self) -> int:
        """Frames that a lost track lives."""
        return int(self.frame_rate / 30 * self.track_buffer)

    @property
    def pixel(self) -> float:
        return 1.0 if self.iou_pixels == "inclusive" else 0.0
