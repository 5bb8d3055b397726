"""Where pictures come from: video files, and live cameras."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import av
import numpy as np
from av.error import FFmpegError, InvalidDataError

from streamtrack.io.source import InputError
from streamtrack.video.frame import Image, VideoFrame

LIVE_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp")
USUAL_FRAME_RATE = 30.0


class VideoSource(Protocol):
    """A file or a camera, read picture by picture.

    Attributes:
        name: The stream's name.
        frame_rate: Pictures a second, as the source says.
        size: Width and height of a picture.
        live: Whether pictures come in their own time and must be taken then.
        frames: How many pictures there are, as far as the file says; None if unknown.
    """

    name: str
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


def is_live(source: str) -> bool:
    """Whether a path or URL is that of a live camera."""
    return source.partition("://")[0].lower() in LIVE_SCHEMES and "://" in source


def stream_name(source: str) -> str:
    """A file's name without its ending; of a URL host and path, without user and password."""
    if "://" not in source:
        return Path(source).stem
    url = urlsplit(source)
    place = url.netloc.rpartition("@")[2] if is_live(source) else ""
    said = f"{place}{url.path}?{url.query}" if is_live(source) else Path(url.path).stem
    return re.sub(r"[^\w.-]+", "_", said).strip("_") or "stream"


def without_password(source: str) -> str:
    """The URL as it may stand in a message."""
    return re.sub(r"//[^/@]*@", "//***@", source)


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
        from streamtrack.video.live import LiveVideo

        return LiveVideo(source, name)
    return VideoFile(source, name)


class VideoFile:
    """A recorded video. Damaged packets are passed over, as a player does."""

    live = False
    state = ""

    def __init__(self, path: str, name: str | None = None) -> None:
        self.name = stream_name(path) if name is None else name
        self._container, self._stream = open_container(path)
        self.frame_rate = rate_of(self._stream)
        self.frames = self._count()
        self.damaged_packets = 0
        self.ended = False
        self._pictures: Iterator[VideoFrame] = self._read()
        first = next(self._pictures, None)
        if first is None:
            self.close()
            raise InputError(f"{path}: no picture could be decoded; is the file whole?")
        self.size = (first.image.shape[1], first.image.shape[0])
        self._pictures = chain([first], self._pictures)

    def _count(self) -> int | None:
        if self._stream.frames:
            return self._stream.frames
        length = self._container.duration
        return round(length / av.time_base * self.frame_rate) if length else None

    @property
    def notes(self) -> list[str]:
        """Whether anything was damaged."""
        count = self.damaged_packets
        return [f"{count} damaged packets were passed over"] if count else []

    def next_frame(self) -> VideoFrame | None:
        """Decodes the next picture; None at the end."""
        frame = next(self._pictures, None)
        if frame is None:
            self.ended = True
            self.close()
        return frame

    def _read(self) -> Iterator[VideoFrame]:
        before, start = -1.0, None
        for number, picture in enumerate(self._decode(), 1):
            time = (number - 1) / self.frame_rate if picture.time is None else picture.time
            start = time if start is None else start
            before = max(time - start, before + 1e-3)
            yield VideoFrame(number, before, upright(picture))

    def _decode(self) -> Iterator[av.VideoFrame]:
        try:
            for packet in self._container.demux(self._stream):
                yield from self._decode_packet(packet)
        except FFmpegError:  # the file breaks off: what came before stands
            self.damaged_packets += 1

    def _decode_packet(self, packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
        try:
            return list(packet.decode())
        except InvalidDataError:
            self.damaged_packets += 1
            return []

    def close(self) -> None:
        """Closes the file."""
        self.ended = True
        self._container.close()


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
        raise InputError(f"{shown}: cannot be opened as a video: {reason or error}") from None
    if not container.streams.video:
        container.close()
        raise InputError(f"{shown}: holds no video")
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    return container, stream


def rate_of(stream: av.VideoStream) -> float:
    """Pictures a second, as the stream says."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else USUAL_FRAME_RATE


def upright(picture: av.VideoFrame) -> Image:
    """The picture as people see it: telephones film sideways and note the turn beside it."""
    image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    turns = round(picture.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image
