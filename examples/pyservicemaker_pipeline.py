"""DeepStream in Python through Service Maker, with streamtrack as its tracker.

Checked against a stand-in for pyservicemaker, not on a GPU. On a DeepStream machine:

    python examples/pyservicemaker_pipeline.py config_infer_primary.yml file:///a.mp4 rtsp://camera/1

Let the inference configuration hand over low scores (`pre-cluster-threshold: 0.1`).
"""

import sys
from typing import Any

from pyservicemaker import BatchMetadataOperator, Pipeline, Probe
from streamtrack.deepstream import default_config_path, library_path

WIDTH, HEIGHT = 1920, 1080


class PrintTracks(BatchMetadataOperator):  # type: ignore[misc]
    """Prints every track of every frame behind the tracker."""

    def handle_metadata(self, batch_meta: Any) -> None:
        """Is called for every batch that leaves the tracker."""
        for frame in batch_meta.frame_items:
            for found in frame.object_items:
                box = found.rect_params
                print(
                    f"stream {frame.pad_index} frame {frame.frame_number} id {found.object_id} "
                    f"class {found.class_id} at {box.left:.0f},{box.top:.0f}"
                )


def main(infer_config: str, uris: list[str]) -> None:
    pipeline = Pipeline("streamtrack")
    size = {"width": WIDTH, "height": HEIGHT}
    pipeline.add("nvstreammux", "mux", {"batch-size": len(uris), **size})
    for number, uri in enumerate(uris):
        pipeline.add("nvurisrcbin", f"source-{number}", {"uri": uri})
        pipeline.link((f"source-{number}", "mux"), ("", "sink_%u"))
    pipeline.add("nvinferbin", "infer", {"config-file-path": infer_config})
    tracker = {
        "ll-lib-file": str(library_path()),
        "ll-config-file": str(default_config_path()),
        # The tracker's size is the muxer's: then no box is scaled.
        "tracker-width": WIDTH,
        "tracker-height": HEIGHT,
    }
    pipeline.add("nvtracker", "tracker", tracker)
    pipeline.add("fakesink", "sink", {"sync": False})
    pipeline.link("mux", "infer", "tracker", "sink")
    pipeline.attach("tracker", Probe("print-tracks", PrintTracks()))
    pipeline.start().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
