"""Which context a pad's frames go to, and which seq_index they carry there."""

from __future__ import annotations

from collections.abc import Sequence

from .findings import HostError
from .versions import Behaviour

SubBatches = Sequence[Sequence[int] | int]
"""Static sub-batches as lists of pads, or dynamic ones as sizes (from DeepStream 7.0 on)."""


class Allotment:
    """Deals the pads out to contexts.

    Args:
        max_streams: The batch size.
        sub_batches: None for one context.

    Raises:
        HostError: The version has no such sub-batches.
        ValueError: They are empty, or name a pad twice.
    """

    def __init__(
        self, max_streams: int, sub_batches: SubBatches | None, behaviour: Behaviour
    ) -> None:
        self._one_batch = sub_batches is None
        self._places: dict[int, tuple[int, int]] = {}
        self._is_dynamic = False
        self.sizes: list[int] = [max_streams]
        if sub_batches is None:
            return
        if not behaviour.has_sub_batches:
            raise HostError(
                "sub_batches came with DeepStream 6.4; leave them out for older versions"
            )
        self.sizes = [entry if isinstance(entry, int) else len(entry) for entry in sub_batches]
        self._is_dynamic = any(isinstance(entry, int) for entry in sub_batches)
        if not self.sizes or min(self.sizes) < 1:
            raise ValueError(
                f"every sub-batch must hold at least one stream, got {list(sub_batches)};"
                " leave empty ones out"
            )
        if self._is_dynamic and not behaviour.has_dynamic_sub_batches:
            raise HostError(
                "sub-batches by size came with DeepStream 7.0; name the pads of each instead"
            )
        for context, entry in enumerate(sub_batches):
            pads: Sequence[int] = [] if isinstance(entry, int) else entry
            for slot, pad in enumerate(pads):
                if pad in self._places:
                    raise ValueError(
                        f"a pad must stand in one sub-batch only, got {pad} in two; name it once"
                    )
                self._places[pad] = (context, slot)

    def place(self, pad: int) -> tuple[int, int]:
        """The context and the seq_index of a pad's frames; a new pad takes a free slot.

        Raises:
            HostError: No sub-batch has room for the pad.
        """
        if self._one_batch:
            return 0, pad if pad < self.sizes[0] else 0
        if pad not in self._places:
            if not self._is_dynamic:
                raise HostError(f"pad {pad} stands in no sub-batch; add it to sub_batches")
            self._places[pad] = self._free_place(pad)
        return self._places[pad]

    def _free_place(self, pad: int) -> tuple[int, int]:
        """A slot in the emptiest sub-batch, so that a pad may come back in another context."""
        taken = [
            {slot for context, slot in self._places.values() if context == c}
            for c in range(len(self.sizes))
        ]
        free = [size - len(slots) for size, slots in zip(self.sizes, taken, strict=True)]
        context = max(range(len(free)), key=free.__getitem__)
        if free[context] == 0:
            raise HostError(
                f"pad {pad} needs a free slot, all {sum(self.sizes)} are taken; remove a stream"
                " first"
            )
        return context, min(set(range(self.sizes[context])) - taken[context])

    def context_of(self, pad: int) -> int | None:
        """The context that a pad's frames went to, None where it has none."""
        return 0 if self._one_batch else self._places.get(pad, (None, 0))[0]

    def release(self, pad: int) -> None:
        """Frees the slot of a pad that was deleted."""
        if self._is_dynamic:
            self._places.pop(pad, None)
