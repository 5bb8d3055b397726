"""What files and live connections have in common: container, frame rate, upright pictures."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from streamtrack.io.source import InputError
from streamtrack.video.address import without_password
from streamtrack.video.frame import Image

USUAL_FRAME_RATE = 30.0


def open_container(
    source: str, options: dict[str, str] | None = None, timeout: tuple[float, float] | None = None
) -> tuple[av.container.InputContainer, av.VideoStream]:
    """Opens a file or URL and finds its video.

    Args:
        source: A path or URL.
        options: Options of the demuxer.
        timeout: Seconds to wait for the connection, and for each read.

    Raises:
        InputError: With the reason.
    """
    shown = without_password(source)
    try:
        container = av.open(source, options=options or {}, timeout=timeout)
    except (FFmpegError, OSError) as error:
        reason = error.strerror if isinstance(error, (FFmpegError, OSError)) else None
        raise InputError(
            f"{shown}: cannot be opened as a video: {reason or error}; {_fix(source)}"
        ) from None
    if not container.streams.video:
        container.close()
        raise InputError(
            f"{shown}: there must be pictures in it, got none; give a video that a player shows"
        )
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    return container, stream


def _fix(source: str) -> str:
    path = Path(source)
    if path.is_dir():
        return "track recorded detections in a run of their own, without videos and their options"
    if path.exists():
        return "see whether a video player opens it, and convert it"
    return "check the address, and that the camera answers" if "://" in source else "check the path"


def rate_of(stream: av.VideoStream) -> float:
    """Pictures a second, as the stream says."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else USUAL_FRAME_RATE


def upright(picture: av.VideoFrame) -> Image:
    """The picture as people see it: telephones film sideways and note the turn beside it."""
    image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    turns = round(picture.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image
