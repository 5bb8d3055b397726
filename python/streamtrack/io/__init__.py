"""Reads detections, ground truth and tracks, and writes tracks: MOT text, KITTI text, Parquet."""

from streamtrack.io.box_table import NO_ID, BoxTable, box_table
from streamtrack.io.convert import convert
from streamtrack.io.inputs import open_inputs
from streamtrack.io.kitti import KITTI_TYPES, read_kitti, write_kitti
from streamtrack.io.mot import MotDetections, MotWriter
from streamtrack.io.mot_table import read_mot, write_mot
from streamtrack.io.parquet import read_parquet, write_parquet
from streamtrack.io.sequence_info import SequenceInfo, read_sequence_info
from streamtrack.io.source import DetectedFrame, InputError, Source
from streamtrack.io.tables import read_table, read_tables

__all__ = [
    "KITTI_TYPES",
    "NO_ID",
    "BoxTable",
    "DetectedFrame",
    "InputError",
    "MotDetections",
    "MotWriter",
    "SequenceInfo",
    "Source",
    "box_table",
    "convert",
    "open_inputs",
    "read_kitti",
    "read_mot",
    "read_parquet",
    "read_sequence_info",
    "read_table",
    "read_tables",
    "write_kitti",
    "write_mot",
    "write_parquet",
]
