"""Tensors as arrays, without importing what made them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_array(values: Any) -> NDArray[Any]:
    """An array of a PyTorch tensor on whatever device, or of anything that NumPy takes."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
