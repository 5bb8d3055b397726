"""Where pictures come from: video files, and live cameras."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from streamtrack.video.address import is_live
from streamtrack.video.frame import VideoFrame
from streamtrack.video.live import LiveVideo
from streamtrack.video.video_file import VideoFile


class VideoSource(Protocol):
    """A file or a camera, read picture by picture.

    Attributes:
        name: The stream's name.
        path: The file; None for a camera.
        frame_rate: Pictures a second, as the source says.
        size: Width and height of a picture.
        live: Whether pictures come in their own time and must be taken then.
        frames: How many pictures there are, as far as the file says; None if unknown.
    """

    name: str
    path: Path | None
    frame_rate: float
    size: tuple[int, int]
    live: bool
    frames: int | None

    @property
    def ended(self) -> bool:
        """Whether there will be no further picture."""

    @property
    def state(self) -> str:
        """What the source is doing now, in words for people; "" while all is well."""

    @property
    def notes(self) -> list[str]:
        """What the user should know of how it went so far, one line each."""

    def next_frame(self) -> VideoFrame | None:
        """The next picture; None if there is none now or any more."""

    def close(self) -> None:
        """Lets go of file or connection."""


def open_video(source: str) -> VideoSource:
    """Opens a video file or, for rtsp:// and its like, a live camera.

    Args:
        source: A path or URL, or NAME=PATH_OR_URL to give the stream a name of your own.

    Raises:
        InputError: It cannot be opened, with the reason.
    """
    name = None
    named = re.fullmatch(r"([\w.-]+)=(.+)", source)
    if named and not Path(source).exists():
        name, source = named.groups()
    if is_live(source):
        return LiveVideo(source, name)
    return VideoFile(source, name)
