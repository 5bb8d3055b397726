"""Live cameras: always the newest picture, and a new connection when one breaks."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import av
from av.error import FFmpegError

from streamtrack.io.source import InputError
from streamtrack.video.address import stream_name, without_password
from streamtrack.video.camera_clock import CameraClock
from streamtrack.video.container import open_container, rate_of, upright
from streamtrack.video.frame import VideoFrame

OPTIONS = {"rtsp_transport": "tcp"}  # over UDP every lost packet is a smear in the picture
FIRST_WAIT, LONGEST_WAIT = 0.25, 8.0  # seconds between two attempts to connect, doubled each time


class LiveVideo:
    """A camera, read by a thread of its own.

    `next_frame` gives the newest picture, so that a slow detector sees the present and not a
    growing past; `dropped` counts those that it never saw. When the connection breaks or nothing
    comes for `patience` seconds, it is made anew, for as long as it takes. Timestamps are the time
    that really passed, a gap included: the tracker's `motion_time: real` then predicts over the
    gap, and ids stay where it is shorter than the buffer.

    Args:
        url: For example rtsp://user:password@camera/stream.
        name: The stream's name; None makes it from the URL.
        patience: Seconds without data after which a connection counts as broken.

    Raises:
        InputError: The first connection failed: better said at once than retried for ever.
    """

    live = True
    path: Path | None = None
    frames: int | None = None

    def __init__(self, url: str, name: str | None = None, patience: float = 5.0) -> None:
        self.name = stream_name(url) if name is None else name
        self.url, self.patience = url, patience
        self.dropped, self.connections = 0, 0
        self.state = "connecting"
        self._newest: VideoFrame | None = None
        self._slot = threading.Lock()
        self._stop = threading.Event()
        self._number, self._time, self._start = 0, -1.0, 0.0
        self._clock = CameraClock(patience)
        container, stream = self._connect()
        self.frame_rate = rate_of(stream)
        self.size = (stream.codec_context.width, stream.codec_context.height)
        self._thread = threading.Thread(
            target=self._work, args=(container, stream), name=f"video {self.name}", daemon=True
        )
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether `close` was called; a camera has no end of its own."""
        return self._stop.is_set()

    @property
    def notes(self) -> list[str]:
        """How often the connection was made anew, and what the detector never saw."""
        notes = []
        if self.connections > 1:
            notes.append(f"connected anew {self.connections - 1} times")
        if self.dropped:
            notes.append(f"{self.dropped} pictures came faster than they were looked at")
        return notes

    def next_frame(self) -> VideoFrame | None:
        """The newest picture, if there is one that was not taken yet."""
        with self._slot:
            frame, self._newest = self._newest, None
            return frame

    def close(self) -> None:
        """Ends the connection and the thread."""
        self._stop.set()
        self._thread.join(self.patience + 1)

    def _connect(self) -> tuple[av.container.InputContainer, av.VideoStream]:
        options = OPTIONS if self.url.lower().startswith("rtsp") else {}
        opened = open_container(self.url, options, (self.patience, self.patience))
        self.connections += 1
        return opened

    def _work(self, container: av.container.InputContainer, stream: av.VideoStream) -> None:
        while not self._stop.is_set():
            self._receive(container, stream)
            container.close()
            again = self._reconnect()
            if again is None:
                return
            container, stream = again

    def _reconnect(self) -> tuple[av.container.InputContainer, av.VideoStream] | None:
        self.state = "reconnecting"
        wait = FIRST_WAIT
        while not self._stop.wait(wait):
            opened = self._attempt()
            if opened is not None:
                return opened
            wait = min(2 * wait, LONGEST_WAIT)
        return None

    def _attempt(self) -> tuple[av.container.InputContainer, av.VideoStream] | None:
        try:
            return self._connect()
        except InputError as error:
            self.state = f"reconnecting: {str(error).rpartition(': ')[2]}"
            return None

    def _receive(self, container: av.container.InputContainer, stream: av.VideoStream) -> None:
        """Takes pictures until the connection breaks."""
        self._clock.connected()
        try:
            for packet in container.demux(stream):
                for picture in self._decode(packet):
                    if self._number == 0:
                        self._start = time.monotonic()
                    now = time.monotonic() - self._start
                    self._publish(picture, self._clock.time_of(picture.time, now))
                if self._stop.is_set():
                    return
        except (FFmpegError, OSError):
            return

    @staticmethod
    def _decode(packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
        try:
            return list(packet.decode())
        except FFmpegError:  # the first pictures of a connection lack what they refer to
            return []

    def _publish(self, picture: av.VideoFrame, timestamp: float) -> None:
        image = upright(picture)
        with self._slot:
            self._time = max(timestamp, self._time + 1e-3)
            self._number = max(self._number + 1, 1 + round(self._time * self.frame_rate))
            self.dropped += self._newest is not None
            self._newest = VideoFrame(self._number, self._time, image)
            self.state = ""

    def __repr__(self) -> str:
        return f"LiveVideo({without_password(self.url)!r}, name={self.name!r})"
