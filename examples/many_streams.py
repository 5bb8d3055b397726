"""Tracks many streams at once: here noise stands in for the detector of each camera."""

import numpy as np
import streamtrack as st


def main() -> None:
    rng = np.random.default_rng(7)
    cameras = [f"camera-{number}" for number in range(16)]
    tracker = st.MultiStreamTracker(st.Config(track_high_thresh=0.6))
    corners = rng.uniform(0, 1000, (20, 2))
    for frame in range(30):
        corners = corners + rng.normal(2, 1, corners.shape)
        boxes = np.hstack([corners, corners + np.array([40, 100])]).astype(np.float32)
        scores = np.full(len(boxes), 0.9, np.float32)
        batch = tracker.update_batch(dict.fromkeys(cameras, (boxes, scores)))
        if frame % 10 == 9:
            ids = np.concatenate([tracks.ids for tracks in batch.values()])
            print(f"frame {frame + 1}: {len(ids)} tracks, {len(set(ids.tolist()))} different ids")


if __name__ == "__main__":
    main()
