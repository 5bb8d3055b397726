"""Where the real sequences lie, and their text files.

They may not be redistributed, so they stand beside the checkout or where STREAMTRACK_DATA says.
"""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Frame = tuple[NDArray[np.float32], NDArray[np.float32]]  # boxes (N, 4), scores (N,)

CHECKOUT = Path(__file__).resolve().parents[2]
ABSENT = (
    "needs the real sequences, which may not be redistributed: "
    "set STREAMTRACK_DATA to their folder or put it at ../shared/data beside the checkout"
)


def data_folder() -> Path | None:
    """The folder that holds `sequences` and `reference`, None where there is none."""
    named = os.environ.get("STREAMTRACK_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder if (folder / "sequences").is_dir() else None


@dataclass(frozen=True)
class RecordedSequence:
    """One recorded sequence and, where it exists, the original's output for it."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def detections(self) -> Path:
        return self.folder / "det.txt"

    @property
    def reference(self) -> Path:
        return self.folder.parents[1] / "reference" / f"{self.name}.txt"

    @property
    def length(self) -> int:
        """Frames, as seqinfo.ini says."""
        return self._info().getint("Sequence", "seqLength")

    @property
    def frame_rate(self) -> float:
        """Frames per second, as seqinfo.ini says."""
        return self._info().getfloat("Sequence", "frameRate")

    def _info(self) -> configparser.ConfigParser:
        info = configparser.ConfigParser()
        info.read(self.folder / "seqinfo.ini")
        return info

    def frames(self) -> list[Frame]:
        """Detections of frame 1 to the last; a frame without rows is empty."""
        rows = load_rows(self.detections)
        frames = []
        for number in range(1, self.length + 1):
            of_frame = rows[rows[:, 0] == number]
            frames.append((of_frame[:, 2:6].astype(np.float32), of_frame[:, 6].astype(np.float32)))
        return frames


def load_rows(path: Path) -> Rows:
    """MOT text as (N, 7): frame, id, left, top, width, height, score."""
    if not path.read_text().strip():
        return np.empty((0, 7))
    return np.loadtxt(path, delimiter=",", usecols=range(7), ndmin=2)


def sequences_with_reference() -> list[RecordedSequence]:
    """Every sequence for which the original's output is there, by name; empty without the data."""
    folder = data_folder()
    if folder is None:
        return []
    found = [RecordedSequence(path) for path in sorted((folder / "sequences").iterdir())]
    return [sequence for sequence in found if sequence.reference.is_file()]
