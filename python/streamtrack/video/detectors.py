"""Finds the detector that a name or a model file means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streamtrack.io.source import InputError
from streamtrack.video.detection import Detector
from streamtrack.video.people import PeopleDetector

BUILT_IN = {"people": PeopleDetector}


def open_detector(
    what: str = "people", *, min_score: float = 0.05, classes: Sequence[str] = ()
) -> Detector:
    """Opens a detector.

    Args:
        what: "people" for the one that needs no model, or the path of an .onnx file.
        min_score: The lowest score that is reported. Keep it low: ByteTrack's second match lives
            on what a detector is not sure of.
        classes: Names or ids of the only classes to look for; none for all.

    Raises:
        InputError: No such detector or class; the message lists those that there are.
    """
    if what in BUILT_IN:
        detector: Detector = BUILT_IN[what](min_score)
        class_ids(classes, detector.class_names)
        return detector
    if not what.endswith(".onnx"):
        raise InputError(
            f"the detector must be {' or '.join(BUILT_IN)} or the path of an .onnx file, got "
            f"{what}; export other models to ONNX"
        )
    from streamtrack.video.onnx_model import OnnxDetector

    model = OnnxDetector(what, min_score)
    model.only = class_ids(classes, model.class_names) if classes else None
    return model


def class_ids(classes: Sequence[str], names: Mapping[int, str]) -> frozenset[int]:
    """The ids of classes given by name or id.

    Raises:
        InputError: A name that the detector does not know.
    """
    numbers = {name: number for number, name in names.items()}
    unknown = [text for text in classes if text not in numbers and not text.isdigit()]
    if unknown:
        known = ", ".join(numbers) or "none; give class ids, such as 0"
        raise InputError(f"the detector has no class {unknown[0]}; its names: {known}")
    return frozenset(numbers[text] if text in numbers else int(text) for text in classes)
