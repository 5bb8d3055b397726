"""The people detector that comes with OpenCV: no model file, no GPU, good enough to start with."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from streamtrack.video.detection import Detections, suppress_overlaps
from streamtrack.video.frame import Image

# The detector sees people of 96 pixels and more, so pictures are brought to this height: it then
# finds everyone taller than a ninth of the picture, whatever the camera's resolution.
WORKING_HEIGHT = 864
# Its 64x128 window was trained with people in its middle 32x96.
PERSON_IN_WINDOW = (0.5, 0.75)
# A logistic curve makes the classifier's margin a score: 0.1 where it begins to believe in a
# person (margin 0), 0.5 where about two of three windows hold one.
MARGIN_AT_HALF, MARGIN_SLOPE = 0.7, 3.1
OVERLAP = 0.5


class PeopleDetector:
    """Finds standing and walking people: histograms of oriented gradients, Dalal and Triggs 2005.

    Args:
        min_score: The lowest score that is reported, in (0, 1).
    """

    class_names: Mapping[int, str] = {0: "person"}

    def __init__(self, min_score: float = 0.05) -> None:
        if not 0 < min_score < 1:
            raise ValueError(f"min_score must be in (0, 1), got {min_score}; 0.05 is usual")
        self._least_margin = MARGIN_AT_HALF + float(np.log(min_score / (1 - min_score))) / (
            MARGIN_SLOPE
        )
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def __call__(self, image: Image) -> Detections:
        """Finds people in a picture."""
        zoom = WORKING_HEIGHT / image.shape[0]
        how = cv2.INTER_LINEAR if zoom > 1 else cv2.INTER_AREA
        working = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=how)
        if working.shape[1] < 64:
            return Detections.none()  # narrower than the detector's window
        windows, margins = self._hog.detectMultiScale(
            working,
            hitThreshold=self._least_margin,
            winStride=(8, 8),
            padding=(16, 16),
            scale=1.1,
            groupThreshold=0,
        )
        if len(windows) == 0:
            return Detections.none()
        left, top, width, height = (np.asarray(windows, np.float64) / zoom).T
        middle = np.stack([left + width / 2, top + height / 2], axis=1)
        half = np.stack([width, height], axis=1) * PERSON_IN_WINDOW / 2
        boxes = np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)
        steepness = MARGIN_SLOPE * (np.asarray(margins, np.float64).ravel() - MARGIN_AT_HALF)
        scores = (1 / (1 + np.exp(-steepness))).astype(np.float32)
        found = Detections(boxes, scores, np.zeros(len(scores), np.int64))
        return suppress_overlaps(found, OVERLAP, across_classes=True)
