"""Reads detections and writes tracks: MOT text."""

from streamtrack.io.inputs import open_inputs
from streamtrack.io.mot import MotDetections, MotWriter
from streamtrack.io.source import DetectedFrame, InputError, Source

__all__ = [
    "DetectedFrame",
    "InputError",
    "MotDetections",
    "MotWriter",
    "Source",
    "open_inputs",
]
