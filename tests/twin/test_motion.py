"""The twin's filter against hand computation and against least squares over all frames at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.twin import motion

X, VELOCITY = 0, 4
HEIGHT = 100.0


def box_at(x: float, width: float = 50.0, height: float = HEIGHT) -> NDArray[np.float32]:
    """A box with its centre at x, 0."""
    return np.array([x - width / 2, -height / 2, width, height], np.float32)


def test_box_and_measurement_are_inverse() -> None:
    box = np.array([10.5, -3.25, 40.0, 80.0], np.float32)
    np.testing.assert_allclose(motion.measured(box), [30.5, 36.75, 0.5, 80.0])
    np.testing.assert_allclose(motion.box_of(motion.measured(box)), box)


def test_first_two_frames_by_hand() -> None:
    """Height 100: position deviation 10 at the start, then 5; velocity deviation 6.25, then 5/8."""
    state = motion.predict(motion.start(box_at(0)))
    spread = 10**2 + 6.25**2 + 5**2
    np.testing.assert_allclose(state.covariance[X, X], spread)
    np.testing.assert_allclose(state.covariance[X, VELOCITY], 6.25**2)
    np.testing.assert_allclose(state.covariance[VELOCITY, VELOCITY], 6.25**2 + 0.625**2)

    state = motion.correct(state, box_at(8))
    np.testing.assert_allclose(state.mean[X], 8 * spread / (spread + 25))
    np.testing.assert_allclose(state.mean[VELOCITY], 8 * 6.25**2 / (spread + 25))
    np.testing.assert_allclose(state.covariance[X, X], spread * 25 / (spread + 25))


def test_aspect_has_deviations_of_its_own() -> None:
    """Aspect: 0.01 at the start and per step, its velocity 1e-5, measured to 0.1."""
    state = motion.predict(motion.start(box_at(0, width=50)))
    spread = 2 * 0.01**2 + 1e-5**2
    np.testing.assert_allclose(state.covariance[2, 2], spread)
    state = motion.correct(state, box_at(0, width=70))
    np.testing.assert_allclose(state.mean[2], 0.5 + 0.2 * spread / (spread + 0.1**2), rtol=1e-6)


def test_noise_follows_the_height() -> None:
    tall = motion.predict(motion.start(box_at(0, height=200)))
    low = motion.predict(motion.start(box_at(0, height=100)))
    np.testing.assert_allclose(tall.covariance[X, X], 4 * low.covariance[X, X])


def test_height_held_at_rest() -> None:
    state = motion.start(box_at(0))
    for height in (110, 120, 130):
        state = motion.correct(motion.predict(state), box_at(0, height=height))
    assert motion.predict(state).mean[3] > state.mean[3] + 1
    assert motion.predict(motion.hold_height(state)).mean[3] == state.mean[3]


@given(st.lists(st.floats(-500, 500, width=32), min_size=1, max_size=12))
def test_filter_is_least_squares_over_all_frames(path: list[float]) -> None:
    """What the filter says of the last frame is the optimum over the states of all frames.

    With one height the noise is constant, so prior, steps and measurements are one linear system.
    """
    state = motion.start(box_at(0))
    for x in path:
        state = motion.correct(motion.predict(state), box_at(x))
    mean, covariance = least_squares([float(motion.measured(box_at(x))[X]) for x in path])
    pair = [X, VELOCITY]
    np.testing.assert_allclose(state.mean[pair], mean, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(state.covariance[np.ix_(pair, pair)], covariance, rtol=1e-6)


def least_squares(
    measurements: list[float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and covariance of the last (position, velocity), from the normal equations."""
    frames = len(measurements) + 1
    equations, values = [], []

    def add(coefficients: dict[int, float], value: float, deviation: float) -> None:
        row = np.zeros(2 * frames)
        row[list(coefficients)] = list(coefficients.values())
        equations.append(row / deviation)
        values.append(value / deviation)

    add({0: 1}, 0, 2 * HEIGHT / 20)
    add({1: 1}, 0, 10 * HEIGHT / 160)
    for frame, measurement in enumerate(measurements, start=1):
        now, before = 2 * frame, 2 * frame - 2
        add({now: 1, before: -1, before + 1: -1}, 0, HEIGHT / 20)
        add({now + 1: 1, before + 1: -1}, 0, HEIGHT / 160)
        add({now: 1}, measurement, HEIGHT / 20)
    matrix = np.array(equations)
    covariance = np.linalg.inv(matrix.T @ matrix)
    mean = np.asarray(covariance @ matrix.T @ np.array(values), np.float64)
    return mean[-2:], covariance[-2:, -2:].astype(np.float64)


def test_constant_velocity_is_learnt() -> None:
    """Someone who walks 3 px a frame is predicted where they will be."""
    state = motion.start(box_at(0))
    for frame in range(1, 201):
        state = motion.correct(motion.predict(state), box_at(3.0 * frame))
    np.testing.assert_allclose(motion.predict(state).mean[X], 3.0 * 201, rtol=1e-9)
