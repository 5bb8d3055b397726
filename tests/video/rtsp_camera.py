"""A camera on loopback: GStreamer's RTSP server, H.264, a scene that follows the clock on the wall.

Runs with the system's Python (`python3-gi`), which needs not have NumPy; prints its port. Kill it
and start it again on the same port: what it shows has moved on meanwhile, as the world does.
Arguments: port (0 for any), the scene's beginning (seconds since 1970), and the squares as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, RATE, GREY = 320, 240, 25, 60
PIPELINE = (
    "( appsrc name=scene is-live=true format=time do-timestamp=true "
    f"caps=video/x-raw,format=BGR,width={WIDTH},height={HEIGHT},framerate={RATE}/1 "
    "! videoconvert ! openh264enc gop-size=25 bitrate=2000000 complexity=low "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def draw(squares: list[dict[str, Any]], moment: float) -> bytes:
    """A grey picture with the squares where they are at this moment."""
    row = bytes([GREY]) * 3 * WIDTH
    rows = [row] * HEIGHT
    for square in squares:
        side, top = square["side"], square["top"]
        left = round(square["left"] + square["speed"] * moment)
        first, last = max(left, 0), min(left + side, WIDTH)
        if first < last:
            colour = bytes(square["colour"]) * (last - first)
            painted = rows[top][: 3 * first] + colour + rows[top][3 * last :]
            rows[top : top + side] = [painted] * side
    return b"".join(rows)


def main() -> None:
    port, begun, squares = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_shared(True)

    def push(source: Any) -> bool:
        picture = draw(squares, time.time() - begun)
        taken = source.emit("push-buffer", Gst.Buffer.new_wrapped(picture))
        return bool(taken == Gst.FlowReturn.OK)

    def start(_: object, media: Any) -> None:
        source = media.get_element().get_by_name("scene")
        GLib.timeout_add(1000 // RATE, push, source)

    factory.connect("media-configure", start)
    server.get_mount_points().add_factory("/scene", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
