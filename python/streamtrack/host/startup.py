"""The first calls: what Query and Init are given, and what their answers must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .findings import FindingLog, HostError
from .layout import Layout
from .library import Library
from .memory import PATTERN, PATTERN_U32, Lent, LentText
from .versions import PAST_FRAMES_UNTOLD, TARGETS_PRESET, Behaviour

_DECLARED_BY = {
    "outputReidTensor": ("reidInd", "reid"),
    "outputVisibility": ("visibility",),
    "outputFootLocation": ("ptImgFeet", "ptWorldFeet"),
    "outputConvexHull": ("convexHull",),
}
_BATCH, _NON_BATCH = 1, 2
_MERGED_BY_EQUALITY = ("computeConfig", "colorFormats", "memType", "batchMode")


@dataclass(frozen=True)
class Setup:
    """What a host brings to every context that it opens.

    Attributes:
        targets: Objects in a frame where the version's query has no maxTargetsPerStream.
        batch_size: Frames in a batch.
    """

    library: Library
    layout: Layout
    behaviour: Behaviour
    tracker_size: tuple[int, int]
    gpu_id: int
    targets: int
    batch_size: int
    log: FindingLog


@dataclass(frozen=True)
class Answer:
    """What the library answered to the query, or what the host keeps where it does not.

    Attributes:
        targets: maxTargetsPerStream.
        past_frames: Frames kept for each object of past-frame data, maxShadowTrackingAge.
        past: Whether past-frame data is declared.
        terminated: Whether terminated tracks are declared.
        trajectory: Frames kept for each terminated track.
        shadow: Whether shadow tracks are declared.
        declared: Further output fields that the library owns.
        equal: The values that all sub-batches must share, by name.
    """

    targets: int
    past_frames: int = PAST_FRAMES_UNTOLD
    past: bool = False
    terminated: bool = False
    trajectory: int = 0
    shadow: bool = False
    declared: frozenset[str] = frozenset()
    equal: dict[str, int] = field(default_factory=dict)

    @property
    def has_misc_buffers(self) -> bool:
        """Whether the host keeps buffers for misc data; declared shadow tracks alone bring none."""
        return self.past or self.terminated or bool(self.declared & {"reid", "reidInd"})


def ask(setup: Setup, config_path: bytes | None, handle: int, name: str) -> Answer:
    """Calls NvMOT_Query as the version does, and checks the answer.

    Args:
        setup: What all contexts share.
        config_path: The part of ll-config-file that this context gets.
        handle: The context's handle, 0 where Query comes before Init.
        name: The call in words.

    Raises:
        HostError: The host's start would end here.
    """
    if not setup.library.has("NvMOT_Query"):
        return Answer(targets=TARGETS_PRESET, past=True)
    query = Lent(setup.layout["NvMOTQuery"], zeroed=setup.behaviour.zeroes_query)
    if setup.behaviour.presets_targets:
        query["maxTargetsPerStream"] = TARGETS_PRESET
    has_handle = setup.layout.has("NvMOTQuery", "contextHandle")
    if has_handle:
        query["contextHandle"] = handle
    path = LentText(config_path)
    status = setup.library.query(path.length, path.address, query.address)
    path.retire()
    past_end = query.overrun()
    if past_end is not None:
        size = setup.layout.size("NvMOTQuery")
        setup.log.report(
            "query-size", name, f"byte {size + past_end} was written, the structure has {size}"
        )
    if status != 0:
        raise HostError(
            f"{name} must answer 0 (OK), got {status}; see what the library wrote to stderr"
        )
    if has_handle and int(query["contextHandle"]) != handle:
        setup.log.report("query-handle", name, "it changed contextHandle")
    return _checked(setup, query, name)


def _checked(setup: Setup, query: Lent, name: str) -> Answer:
    log, fields = setup.log, query.fields.dtype.names or ()
    transforms = int(query["numTransforms"])
    if transforms != 0:
        log.report("transforms", name, f"numTransforms is {transforms}")
        raise HostError(
            f"numTransforms must be 0 on this host, which has no pixels, got {transforms};"
            " play a tracker that reads none"
        )
    _check_batch_mode(setup, query, name)
    targets = (
        int(query["maxTargetsPerStream"]) if "maxTargetsPerStream" in fields else setup.targets
    )
    if targets == 0:
        log.report("max-targets", name, "maxTargetsPerStream is 0")
    declared = {
        own
        for flag, owned in _DECLARED_BY.items()
        if flag in fields and query[flag]
        for own in owned
    }
    known = {own for own in declared if setup.layout.has("NvMOTTrackedObj", own)}
    return Answer(
        targets=targets,
        past_frames=int(query["maxShadowTrackingAge"])
        if "maxShadowTrackingAge" in fields
        else PAST_FRAMES_UNTOLD,
        past=_flag(setup, query, "supportPastFrame", name),
        terminated="outputTerminatedTracks" in fields and bool(query["outputTerminatedTracks"]),
        trajectory=int(query["maxTrajectoryBufferLength"])
        if "maxTrajectoryBufferLength" in fields
        else 0,
        shadow="outputShadowTracks" in fields and bool(query["outputShadowTracks"]),
        declared=frozenset(known),
        equal={key: int(np.ravel(query[key])[0]) for key in _MERGED_BY_EQUALITY if key in fields}
        | {"numTransforms": transforms},
    )


def _flag(setup: Setup, query: Lent, name: str, call: str) -> bool:
    if not setup.behaviour.zeroes_query and query[name] == PATTERN:
        setup.log.report("query-unanswered", call, f"{name} was not set")
        return False
    return bool(query[name])


def _check_batch_mode(setup: Setup, query: Lent, name: str) -> None:
    if not setup.layout.has("NvMOTQuery", "batchMode"):
        if query["supportBatchProcessing"] in (0, PATTERN):
            setup.log.report("batch-mode", name, "supportBatchProcessing was not set")
            raise HostError("supportBatchProcessing must be set: this host plays batches only")
        return
    mode = int(query["batchMode"])
    if mode == _BATCH or (
        mode == _BATCH | _NON_BATCH and not setup.behaviour.wants_exact_batch_mode
    ):
        return
    setup.log.report(
        "batch-mode", name, f"batchMode is {'not set' if mode == PATTERN_U32 else mode}"
    )
    raise HostError(f"batchMode must be 1 (Batch) for this host, got {mode}")


def merge(setup: Setup, answers: Sequence[Answer]) -> Answer:
    """The one answer by which the arrays of all sub-batches are sized.

    Raises:
        HostError: The answers differ where they must be equal.
    """
    first = answers[0]
    for number, answer in enumerate(answers):
        differing = [key for key in first.equal if answer.equal[key] != first.equal[key]]
        if differing:
            found = f"{', '.join(differing)} differs from sub-batch 0"
            setup.log.report("query-merge", f"NvMOT_Query of sub-batch {number}", found)
            raise HostError(
                f"sub-batch {number}: {found}; {', '.join(_MERGED_BY_EQUALITY)} must be equal"
            )
    return Answer(
        targets=max(answer.targets for answer in answers),
        past_frames=max(answer.past_frames for answer in answers),
        past=any(answer.past for answer in answers),
        terminated=any(answer.terminated for answer in answers),
        trajectory=max(answer.trajectory for answer in answers),
        shadow=any(answer.shadow for answer in answers),
        declared=frozenset().union(*(answer.declared for answer in answers)),
        equal=first.equal,
    )


def open_context(
    setup: Setup, config_path: bytes | None, streams: int, answer: Answer | None, name: str
) -> int:
    """Calls NvMOT_Init as the version does.

    Args:
        setup: What all contexts share.
        config_path: The part of ll-config-file that this context gets.
        streams: Streams of this context.
        answer: The query's answer where Query comes first.
        name: The call in words.

    Returns:
        The context's handle.

    Raises:
        HostError: There is no handle, so the host's start ends.
    """
    transform = Lent(setup.layout["NvMOTPerTransformBatchConfig"], zeroed=True)
    if setup.behaviour.names_tracker_size:
        transform["maxWidth"], transform["maxHeight"] = setup.tracker_size
    path = LentText(
        b"" if config_path is None and setup.behaviour.init_path_is_never_null else config_path
    )
    config = _config(setup, streams, answer, transform, path)
    response = Lent(setup.layout["NvMOTConfigResponse"])
    place = Lent(np.dtype([("handle", "<u8")]), zeroed=True)
    status = setup.library.init(config.address, place.address, response.address)
    handle = int(place["handle"])
    for what, lent in (
        ("NvMOTConfig", config),
        ("NvMOTConfigResponse", response),
        ("the handle", place),
    ):
        if lent.overrun() is not None:
            setup.log.report("init-size", name, f"it wrote behind {what}")
    config.retire()
    transform.retire()
    path.retire()
    if (status == 0) != (handle != 0):
        found = f"it answered {status} and {'set a' if handle else 'left the null'} handle"
        setup.log.report("init-status", name, found)
    if not handle:
        raise HostError(
            f"{name} must open a context, got status {status} and no handle; see its message on"
            " stderr"
        )
    if PATTERN_U32 in [
        int(response[part]) for part in setup.layout["NvMOTConfigResponse"].names or ()
    ]:
        setup.log.report("init-response", name, "NvMOTConfigResponse was left as it was")
    return handle


def _config(
    setup: Setup, streams: int, answer: Answer | None, transform: Lent, path: LentText
) -> Lent:
    config = Lent(setup.layout["NvMOTConfig"])
    config["maxStreams"] = streams
    if setup.layout.has("NvMOTConfig", "maxBufSurfAddrSize"):
        config["maxBufSurfAddrSize"] = 4 * setup.batch_size
    if setup.behaviour.config_echoes_query and answer is not None:
        config["computeConfig"] = answer.equal.get("computeConfig", 0)
        config["numTransforms"] = answer.equal.get("numTransforms", 0)
    config["perTransformBatchConfig"] = transform.address
    config.fields["miscConfig"]["gpuId"] = setup.gpu_id
    config["customConfigFilePathSize"] = path.length
    config["customConfigFilePath"] = path.address
    return config
