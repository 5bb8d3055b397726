"""Addresses of videos: which are live cameras, and how their streams are called."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

LIVE_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp")


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
