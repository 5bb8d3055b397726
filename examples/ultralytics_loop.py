"""An Ultralytics loop in which streamtrack keeps the ids: one tracker for any number of videos.

pip install ultralytics
python examples/ultralytics_loop.py yolo11n.pt street.mp4 yard.mp4
"""

import sys

import streamtrack as st
from streamtrack.interop.ultralytics import arrays_of, with_ids
from ultralytics import YOLO


def main(weights: str, videos: list[str]) -> None:
    model = YOLO(weights)
    tracker = st.MultiStreamTracker()
    for video in videos:
        # conf=0.1: ByteTrack's second match lives on what the detector is not sure of.
        for number, result in enumerate(model.predict(video, stream=True, conf=0.1), 1):
            tracked = with_ids(result, tracker.update(video, *arrays_of(result)))
            ids = [] if tracked.boxes.id is None else tracked.boxes.id.int().tolist()
            print(f"{video} frame {number}: ids {ids}")
            # tracked.plot() is the picture with boxes and ids.


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
