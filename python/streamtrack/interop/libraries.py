"""Imports another library where it is used, for those who have it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def library(name: str, user: str) -> Any:
    """Returns a library that is no dependency of this package.

    Args:
        name: Of its module and its package.
        user: Of the function that needs it.

    Raises:
        ImportError: It is not installed; the message says how to.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"{user} needs {name}, got: {error}; pip install {name}") from None
