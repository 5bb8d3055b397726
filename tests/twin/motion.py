"""The Kalman filter of one track with its full 8x8 matrices.

State: centre x, centre y, aspect (width / height), height, then their velocities per frame.
Source: ByteTrack (Zhang et al., ECCV 2022), which has the filter from DeepSORT (Wojke, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

POSITION_WEIGHT = 1 / 20
VELOCITY_WEIGHT = 1 / 160
ASPECT, HEIGHT, HEIGHT_VELOCITY = 2, 3, 7

TRANSITION = np.eye(8) + np.eye(8, k=4)
OBSERVATION = np.eye(4, 8)


@dataclass(frozen=True)
class Gaussian:
    """What is known of a state: its mean (8,) and its covariance (8, 8)."""

    mean: Vector
    covariance: Matrix


def measured(box: NDArray[np.float32]) -> Vector:
    """The measurement (centre x, centre y, aspect, height) of a box left, top, width, height."""
    left, top, width, height = box.astype(np.float64)
    return np.array([left + width / 2, top + height / 2, width / height, height])


def box_of(mean: Vector) -> Vector:
    """The box left, top, width, height of a state."""
    x, y, aspect, height = mean[:4]
    width = aspect * height
    return np.array([x - width / 2, y - height / 2, width, height])


def visible_box_of(mean: Vector) -> Vector:
    """The box as it is reported: never smaller than nothing, as a shrinking one may be predicted.

    The only thing in which the reference preset may differ from the original's output.
    """
    x, y, aspect, height = mean[:4]
    return box_of(np.array([x, y, max(aspect, 0), max(height, 0)]))


def deviations(height: float, weight: float, aspect_deviation: float) -> Vector:
    """Standard deviations of (x, y, aspect, height): a share of the height, but for the aspect."""
    share = weight * height
    return np.array([share, share, aspect_deviation, share])


def start(box: NDArray[np.float32]) -> Gaussian:
    """A new track's state: at the box, at rest."""
    measurement = measured(box)
    height = float(measurement[HEIGHT])
    deviation = np.concatenate(
        [
            deviations(height, 2 * POSITION_WEIGHT, 1e-2),
            deviations(height, 10 * VELOCITY_WEIGHT, 1e-5),
        ]
    )
    return Gaussian(np.concatenate([measurement, np.zeros(4)]), np.diag(deviation**2))


def predict(state: Gaussian) -> Gaussian:
    """The state one frame on."""
    height = float(state.mean[HEIGHT])
    deviation = np.concatenate(
        [deviations(height, POSITION_WEIGHT, 1e-2), deviations(height, VELOCITY_WEIGHT, 1e-5)]
    )
    return Gaussian(
        TRANSITION @ state.mean,
        TRANSITION @ state.covariance @ TRANSITION.T + np.diag(deviation**2),
    )


def hold_height(state: Gaussian) -> Gaussian:
    """The same state with its height at rest, as for tracks that nothing measures."""
    mean = state.mean.copy()
    mean[HEIGHT_VELOCITY] = 0
    return Gaussian(mean, state.covariance)


def correct(state: Gaussian, box: NDArray[np.float32]) -> Gaussian:
    """The state after a box was measured."""
    noise = np.diag(deviations(float(state.mean[HEIGHT]), POSITION_WEIGHT, 1e-1) ** 2)
    innovation = OBSERVATION @ state.covariance @ OBSERVATION.T + noise
    # Gain K solves K S = P H^T; S is symmetric, so S K^T = H P.
    gain = linalg.cho_solve(linalg.cho_factor(innovation), OBSERVATION @ state.covariance).T
    return Gaussian(
        state.mean + gain @ (measured(box) - OBSERVATION @ state.mean),
        state.covariance - gain @ innovation @ gain.T,
    )
