"""DeepStream in Python through GStreamer and pyds, with streamtrack as its tracker.

Checked against a stand-in for pyds and GStreamer's DeepStream elements, not on a GPU. On a
DeepStream machine:

    python examples/pyds_pipeline.py config_infer_primary.txt file:///a.mp4 rtsp://camera/1

Let the inference configuration hand over low scores (`pre-cluster-threshold=0.1`).
"""

import sys
from collections.abc import Iterator
from typing import Any

import gi
import pyds

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402
from streamtrack.deepstream import default_config_path, library_path  # noqa: E402

WIDTH, HEIGHT = 1920, 1080  # the tracker's size is the muxer's: then no box is scaled
UNTRACKED = 2**64 - 1


def description(infer_config: str, uris: list[str]) -> str:
    """The pipeline, as gst-launch takes it."""
    sources = " ".join(f"nvurisrcbin uri={uri} ! mux.sink_{n}" for n, uri in enumerate(uris))
    tracker = (
        f"nvtracker name=tracker ll-lib-file={library_path()} "
        f"ll-config-file={default_config_path()} tracker-width={WIDTH} tracker-height={HEIGHT}"
    )
    return (
        f"nvstreammux name=mux batch-size={len(uris)} width={WIDTH} height={HEIGHT} ! "
        f"nvinfer config-file-path={infer_config} ! {tracker} ! fakesink sync=false {sources}"
    )


def items(first: Any, cast: Any) -> Iterator[Any]:
    """Walks one of DeepStream's lists."""
    node = first
    while node is not None:
        yield cast(node.data)
        node = node.next


def print_tracks(_pad: Any, info: Any, _data: Any) -> Any:
    """Prints every track of every frame behind the tracker."""
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    for frame in items(batch.frame_meta_list, pyds.NvDsFrameMeta.cast):
        for found in items(frame.obj_meta_list, pyds.NvDsObjectMeta.cast):
            if found.object_id != UNTRACKED:
                box = found.rect_params
                print(
                    f"stream {frame.pad_index} frame {frame.frame_num} id {found.object_id} "
                    f"class {found.class_id} at {box.left:.0f},{box.top:.0f}"
                )
    return Gst.PadProbeReturn.OK


def end(_bus: Any, message: Any, loop: Any) -> None:
    """Ends the program, and says why if an element failed."""
    if message.type == Gst.MessageType.ERROR:
        error, details = message.parse_error()
        print(f"{error.message} ({details})", file=sys.stderr)
    loop.quit()


def main(infer_config: str, uris: list[str]) -> None:
    Gst.init(None)
    pipeline = Gst.parse_launch(description(infer_config, uris))
    pad = pipeline.get_by_name("tracker").get_static_pad("src")
    pad.add_probe(Gst.PadProbeType.BUFFER, print_tracks, None)
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::eos", end, loop)
    bus.connect("message::error", end, loop)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
