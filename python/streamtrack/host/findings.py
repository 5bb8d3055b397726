"""What a library did wrong, in plain words: the rules and the findings against them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

RULES: dict[str, str] = {
    "missing-symbol": "the host looks these functions up by name; NvMOT_Init, NvMOT_DeInit and"
    " NvMOT_Process must be"
    " there, and without NvMOT_Query it keeps its own defaults",
    "query-unanswered": "every field of NvMOTQuery must be answered: nothing says that the host"
    " set it to zero",
    "query-size": "NvMOTQuery has a size of its own in each version, and nothing behind it is the"
    " library's",
    "query-handle": "contextHandle in NvMOTQuery is set by the host and must be left alone",
    "query-merge": "all sub-batches must answer the same computeConfig, colorFormats[0], memType"
    " and batchMode",
    "transforms": "a tracker that reads no pixels must answer numTransforms 0, and more than 1"
    " ends the start",
    "batch-mode": "batchMode must be exactly 1 (Batch) from DeepStream 6.3 on, and"
    " supportBatchProcessing or"
    " batchMode must be set before; no bit test is made",
    "max-targets": "maxTargetsPerStream sizes the input and the output arrays and must be above 0",
    "init-status": "NvMOT_Init must set a handle and answer 0, or leave the handle null and"
    " answer an error: the host"
    " goes by the handle, its users by the status",
    "init-response": "NvMOT_Init must fill NvMOTConfigResponse",
    "init-size": "NvMOTConfig, NvMOTConfigResponse and the handle's place have fixed sizes, and"
    " nothing behind them is"
    " the library's",
    "process-status": "NvMOT_Process must answer 0: anything else latches a fatal error in the"
    " host",
    "call-status": "this call must answer 0: anything else latches a fatal error in the host",
    "input-changed": "the frames and their objects belong to the host and must not be written to",
    "stride": "slot n of an output list lies n times the size of NvMOTTrackedObj of this very"
    " version from its start,"
    " and nothing behind the last slot is the library's",
    "foreign-field": "only classId, trackingId, bbox, confidence, age, associatedObjectIn and the"
    " fields that the"
    " query declared belong to the library; copy no whole NvMOTTrackedObj",
    "beyond-filled": "slots from numFilled on must stay as they were",
    "list-pointer": "the output arrays belong to the host, which goes on using its own pointers:"
    " fill the array that is"
    " there, never replace or free it",
    "mask": "every slot owns a mask buffer of the host from DeepStream 8.0 on: leave its pointer,"
    " sizes and memory alone",
    "num-filled": "numFilled must be set for every list in every call (0 too) and be at most"
    " numAllocated",
    "stream-list": "there must be exactly one output list for each frame asked, with that frame's"
    " streamID",
    "frame-not-asked": "output may be given only for the frames of this very call",
    "frame-number": "frameNum of an output list must stay that of its frame; DeepStream 9.1"
    " writes it back",
    "object-twice": "an input object may be referenced by one output object at most: the host"
    " would remove it twice",
    "object-foreign": "associatedObjectIn must be null or point to an element of this frame's"
    " objectsIn.list in this"
    " very call",
    "id-zero": "a tracking id must not be 0, which DeepStream's new object metas carry",
    "id-untracked": "a tracking id must not be 18446744073709551615, which means untracked: the"
    " host removes such"
    " objects",
    "id-twice": "an id may stand only once in a frame",
    "id-two-streams": "an id belongs to one stream",
    "id-reused": "an id must not come back after its stream was removed",
    "class-changed": "a returned object must carry its input object's classId, or the host keeps"
    " the old box and score",
    "box-not-finite": "boxes must be finite numbers",
    "score-not-finite": "confidences must be finite numbers",
    "misc-pointer": "misc data must not be written through pointers that are null, or whose kind"
    " the query did not"
    " declare",
    "misc-overflow": "misc data must stay within numAllocated at every level",
    "misc-stream": "past-frame data must belong to streams of the batch's first round, other misc"
    " data to streams that"
    " were seen",
    "misc-append": "the rounds of one batch share one misc buffer: append, do not reset or change"
    " what is there",
    "misc-object": "a misc-data object needs an id, at least one frame and finite boxes",
    "string-changed": "NvMOT_UpdateParams gets a const string that must not be changed",
    "stdout": "a library must not print to the standard output, which belongs to the application",
}
"""Name of each rule the host watches -> what the API wants."""

_KEPT_PER_RULE = 20


@dataclass(frozen=True)
class Finding:
    """One thing that the library did wrong.

    Attributes:
        rule: One of :data:`RULES`.
        text: Where, what was found, and what the API wants.
    """

    rule: str
    text: str


class HostError(RuntimeError):
    """The host cannot go on, as the real one could not, or the version lacks what was asked."""


class FindingLog:
    """One host's findings, of each rule the first 20 kept and all counted; for all threads."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def report(self, rule: str, where: str, found: str) -> None:
        """Adds a finding.

        Args:
            rule: One of :data:`RULES`.
            where: The call, stream and frame.
            found: What was found there.
        """
        with self._lock:
            self.counts[rule] += 1
            if self.counts[rule] <= _KEPT_PER_RULE:
                self.kept.append(Finding(rule, f"{where}: {found}; {RULES[rule]}"))
