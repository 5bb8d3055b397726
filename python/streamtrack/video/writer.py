"""Writes pictures into a video file that every player and browser shows."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import cv2

from streamtrack.io.whole_file import part_of
from streamtrack.video.frame import Image

TICKS = 90_000  # a second in MPEG's clock


class VideoWriter:
    """An MP4 file with H.264, which gets its name when it is whole, at `close`.

    Until then it is called NAME.part, and can be played as far as it came, even if the program is
    killed. Without a picture there is no file.

    Args:
        path: The file; its folder is made.
        frame_rate: Pictures a second, as a hint to players; timestamps say when each is shown.

    Raises:
        InputError: A folder stands where the file is to be.
    """

    def __init__(self, path: str | os.PathLike[str], frame_rate: float) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part = part_of(self.path)
        # In pieces while it grows, so that it can be played at any time; whole at the end.
        growing = {"movflags": "hybrid_fragmented+frag_keyframe", "flush_packets": "1"}
        self._container = av.open(os.fspath(self._part), "w", format="mp4", options=growing)
        self._rate = Fraction(frame_rate).limit_denominator(10_000)
        self._stream: av.VideoStream | None = None
        self._ticks = -1

    def write(self, image: Image, timestamp: float) -> None:
        """Adds a picture.

        Args:
            image: As large as the first one.
            timestamp: Seconds from the video's beginning, later than the picture before.
        """
        if self._stream is None:
            self._stream = self._open_stream(image)
        frame = av.VideoFrame.from_ndarray(_even(image), format="bgr24")
        self._ticks = max(round(timestamp * TICKS), self._ticks + 1)
        frame.pts, frame.time_base = self._ticks, Fraction(1, TICKS)
        self._container.mux(self._stream.encode(frame))

    def _open_stream(self, image: Image) -> av.VideoStream:
        key_frames = str(max(1, round(2 * self._rate)))  # one in two seconds, to jump to
        options = {"crf": "23", "preset": "veryfast", "bf": "0", "g": key_frames}
        stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        stream.height, stream.width = _even(image).shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        return stream

    def close(self) -> None:
        """Finishes the file and gives it its name."""
        if self._stream is None:
            self.discard()
            return
        self._container.mux(self._stream.encode())
        self._container.close()
        self._part.replace(self.path)

    def discard(self) -> None:
        """Removes what was written."""
        self._container.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _even(image: Image) -> Image:
    """H.264 halves the colours' resolution, so both sides must be even."""
    odd_rows, odd_columns = image.shape[0] % 2, image.shape[1] % 2
    if not (odd_rows or odd_columns):
        return image
    repeated: Image = cv2.copyMakeBorder(image, 0, odd_rows, 0, odd_columns, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return repeated
