"""A camera's clock on ours, with the times that a real camera on loopback gave."""

from __future__ import annotations

import pytest
from streamtrack.video.camera_clock import CameraClock


def test_pictures_keep_the_camera_s_distances_however_late_they_come() -> None:
    clock = CameraClock(patience=5)
    arrivals = {0.04: 0.08, 0.12: 0.10, 0.16: 0.13, 0.22: 0.15, 0.27: 1.2}
    times = [clock.time_of(camera, now) for camera, now in arrivals.items()]
    assert times == pytest.approx([camera + 0.04 for camera in arrivals])


def test_a_first_picture_without_a_time_does_not_hold_the_clock_back() -> None:
    clock = CameraClock(patience=5)
    assert clock.time_of(None, 0.0) == 0
    assert clock.time_of(0.04, 0.08) == pytest.approx(0.08)
    clock.connected()
    assert clock.time_of(None, 10.0) == 10
    assert clock.time_of(0.04, 10.001) == pytest.approx(10.001)
    assert clock.time_of(0.12, 10.002) == pytest.approx(10.081)


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_camera_s_clock_that_is_set_is_placed_anew(jump: float) -> None:
    clock = CameraClock(patience=5)
    assert clock.time_of(20.0, 1.0) == 1
    assert clock.time_of(20.5 + jump, 1.6) == pytest.approx(1.6)
    assert clock.time_of(21.0 + jump, 2.2) == pytest.approx(2.1)
