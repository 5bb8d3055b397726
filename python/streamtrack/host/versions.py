"""How gst-nvtracker of each DeepStream version behaves, where versions differ in more than layout.

Read in the host's source for 6.3 to 9.1; what 6.2 and older do inside is not published, so the host
treats them like 6.3 and leaves uninitialised what nothing is known about.
"""

from __future__ import annotations

from dataclasses import dataclass

TARGETS_PRESET = 150
"""maxTargetsPerStream that 6.3 and 6.4 preset, and that stays where NvMOT_Query is missing."""
PAST_FRAMES_UNTOLD = 64
"""Past frames per object where the query has no maxShadowTrackingAge (up to 6.2)."""


@dataclass(frozen=True)
class Behaviour:
    """Differences between versions, named.

    Attributes:
        number: The version as numbers, (6, 0, 1) for 6.0.1.
    """

    number: tuple[int, ...]

    @property
    def queries_first(self) -> bool:
        """Query, then Init; later versions call Init, then Query for each context."""
        return self.number < (7, 0)

    @property
    def zeroes_query(self) -> bool:
        """Whether the query is zeroed before the call; not known before 6.3, so garbage there."""
        return self.number >= (6, 3)

    @property
    def presets_targets(self) -> bool:
        """Whether maxTargetsPerStream is preset in the query."""
        return (6, 3) <= self.number < (7, 0)

    @property
    def wants_exact_batch_mode(self) -> bool:
        """Whether batchMode must be exactly 1."""
        return self.number >= (6, 3)

    @property
    def config_echoes_query(self) -> bool:
        """Whether the config repeats computeConfig and numTransforms of the query, else garbage."""
        return self.queries_first

    @property
    def names_tracker_size(self) -> bool:
        """Whether Init's transform entry holds tracker-width and -height without images too."""
        return self.number >= (7, 0)

    @property
    def splits_config_path(self) -> bool:
        """Whether ``;`` in ll-config-file separates the files of the sub-batches."""
        return self.number >= (6, 4)

    @property
    def init_path_is_never_null(self) -> bool:
        """Whether Init gets an empty text for an unset ll-config-file, not a null pointer."""
        return self.number >= (6, 4)

    @property
    def has_sub_batches(self) -> bool:
        """Whether the version knows the property sub-batches."""
        return self.number >= (6, 4)

    @property
    def has_dynamic_sub_batches(self) -> bool:
        """Whether sub-batches may be given as sizes."""
        return self.number >= (7, 0)

    @property
    def inits_in_sub_batch_threads(self) -> bool:
        """Whether each sub-batch's thread calls Init itself, all at once."""
        return self.number[:2] == (6, 4)

    @property
    def recovers_sub_batches(self) -> bool:
        """Whether a failed sub-batch is closed and opened again."""
        return self.number >= (7, 0)

    @property
    def removes_on_worker(self) -> bool:
        """Whether RemoveStreams is called in the processing thread without sub-batches too."""
        return self.number >= (8, 0)

    @property
    def removes_every_surface(self) -> bool:
        """Whether every surface of a pad that gave an object is removed; later the first one."""
        return self.number < (7, 1)

    @property
    def stop_closes(self) -> bool:
        """Whether stop closes the contexts; later a second start opens others beside them."""
        return self.number < (7, 1)

    @property
    def unloads(self) -> bool:
        """Whether dlclose really unloads the library."""
        return self.number < (9, 0)

    @property
    def has_process_past(self) -> bool:
        """Whether past frames come through NvMOT_ProcessPast."""
        return self.number < (6, 3)

    @property
    def has_update_params(self) -> bool:
        """Whether the version knows NvMOT_UpdateParams."""
        return self.number >= (8, 0)


def behaviour_of(version: str) -> Behaviour:
    """The :class:`Behaviour` of a version such as ``6.0.1``."""
    return Behaviour(tuple(int(part) for part in version.split(".")))
