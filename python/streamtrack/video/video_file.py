"""Recorded videos."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
from av.error import FFmpegError, InvalidDataError

from streamtrack.io.source import InputError
from streamtrack.video.address import stream_name
from streamtrack.video.container import open_container, rate_of, upright
from streamtrack.video.frame import VideoFrame


class VideoFile:
    """A recorded video. Damaged packets are passed over, as a player does, and noted."""

    live = False
    state = ""

    def __init__(self, path: str, name: str | None = None) -> None:
        self.name = stream_name(path) if name is None else name
        self.path: Path | None = Path(path)
        self._container, self._stream = open_container(path)
        self.frame_rate = rate_of(self._stream)
        self.frames = self._count()
        self.damaged_packets = self._decoded = 0
        self._promised = self._stream.frames  # 0: the file does not say
        self.ended = self._at_end = False
        self._pictures: Iterator[VideoFrame] = self._read()
        first = next(self._pictures, None)
        if first is None:
            self.close()
            raise InputError(
                f"{path}: there must be at least one picture, got none that can be decoded; "
                "see whether a video player shows it, and record or copy it anew"
            )
        self.size = (first.image.shape[1], first.image.shape[0])
        self._pictures = chain([first], self._pictures)

    def _count(self) -> int | None:
        if self._stream.frames:
            return self._stream.frames
        length = self._container.duration
        return round(length / av.time_base * self.frame_rate) if length else None

    @property
    def notes(self) -> list[str]:
        """Whether anything was damaged or missing."""
        notes = []
        if self.damaged_packets:
            notes.append(f"{self.damaged_packets} damaged packets were passed over")
        if self._at_end and self._decoded < self._promised:
            notes.append(
                f"the file says {self._promised} pictures, {self._decoded} came: it is damaged or "
                "not whole"
            )
        return notes

    def next_frame(self) -> VideoFrame | None:
        """Decodes the next picture; None at the end."""
        frame = next(self._pictures, None)
        if frame is None:
            self._at_end = True
            self.close()
        return frame

    def _read(self) -> Iterator[VideoFrame]:
        before, start = -1.0, None
        for number, picture in enumerate(self._decode(), 1):
            self._decoded = number
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
