"""Video: decode files and live cameras, detect, track, draw (extra `[video]`).

`track_videos` puts the parts together; each is of use on its own.
"""

try:
    import av  # noqa: F401
    import cv2  # noqa: F401
    import PIL  # noqa: F401
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"streamtrack.video needs {missing.name}: pip install 'streamtrack[video]'"
    ) from None

from streamtrack.video.detection import Detections, Detector
from streamtrack.video.detectors import open_detector
from streamtrack.video.drawing import TrackDrawer
from streamtrack.video.frame import Image, VideoFrame
from streamtrack.video.mosaic import Mosaic
from streamtrack.video.source import VideoSource, open_video
from streamtrack.video.tracking import SeenFrame, TrackedVideoFrame, track_videos, watch
from streamtrack.video.writer import VideoWriter

__all__ = [
    "Detections",
    "Detector",
    "Image",
    "Mosaic",
    "SeenFrame",
    "TrackDrawer",
    "TrackedVideoFrame",
    "VideoFrame",
    "VideoSource",
    "VideoWriter",
    "open_detector",
    "open_video",
    "track_videos",
    "watch",
]
