"""The time of a live picture: the camera's own clock, placed on ours."""

from __future__ import annotations


class CameraClock:
    """Places a camera's presentation times on a clock that goes on across connections.

    The camera's clock starts anew with each connection and may be set while one lasts; it tells the
    time between two pictures better than their arrival does, which the network delays unevenly.

    Args:
        patience: Seconds by which a picture may be late. One that seems further from the time of
            its arrival was not late: the camera's clock was set, and is placed anew.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._ahead: float | None = None  # of our clock before the camera's

    def connected(self) -> None:
        """A new connection: what the camera's clock said before means nothing any more."""
        self._ahead = None

    def time_of(self, camera_time: float | None, now: float) -> float:
        """The time of a picture, in seconds on our clock.

        Args:
            camera_time: What the camera says, in seconds; None where it says nothing, as for the
                first picture of most connections.
            now: The picture's arrival, in seconds on our clock.
        """
        if camera_time is None:
            return now
        if self._ahead is None or abs(camera_time + self._ahead - now) > self.patience:
            self._ahead = now - camera_time
        return camera_time + self._ahead
