"""supervision's annotators on tracks; supervision itself has had no tracker since 0.31.

pip install 'streamtrack[video]' supervision
python examples/supervision_annotators.py street.mp4 tracked.mp4
"""

import sys

import streamtrack as st
import supervision as sv
from streamtrack.interop.supervision import detections_of
from streamtrack.video import VideoWriter, open_detector, open_video


def main(video: str, target: str, detector_name: str = "people") -> None:
    source, detector = open_video(video), open_detector(detector_name)
    tracker = st.Tracker()
    boxes, labels, traces = sv.BoxAnnotator(), sv.LabelAnnotator(), sv.TraceAnnotator()
    with VideoWriter(target, source.frame_rate) as writer:
        while (frame := source.next_frame()) is not None:
            tracks = tracker.update(*detector(frame.image))
            detections = detections_of(tracks, detector.class_names)
            picture = traces.annotate(frame.image.copy(), detections)
            picture = boxes.annotate(picture, detections)
            names = [f"#{track_id}" for track_id in tracks.ids.tolist()]
            picture = labels.annotate(picture, detections, names)
            writer.write(picture, frame.timestamp)
    print(f"{target} written")


if __name__ == "__main__":
    main(*sys.argv[1:])
