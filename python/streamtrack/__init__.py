"""ByteTrack for many cameras at once, from one native core.

`Tracker` tracks one stream, `MultiStreamTracker` many; `Config` says how. The same configuration
drives the `streamtrack` command and, in NVIDIA DeepStream, libByteTracker.so. Runs on Linux.
"""

from typing import TYPE_CHECKING, Any

from streamtrack._core import Tracks
from streamtrack._core import version as __version__
from streamtrack.config import Config, ConfigError
from streamtrack.parameters import Parameter, parameters
from streamtrack.tracker import MultiStreamTracker, Tracker, TrackState

if TYPE_CHECKING:
    from streamtrack.evaluation import Evaluation, Scores, evaluate

__all__ = [
    "Config",
    "ConfigError",
    "Evaluation",
    "MultiStreamTracker",
    "Parameter",
    "Scores",
    "TrackState",
    "Tracker",
    "Tracks",
    "__version__",
    "evaluate",
    "parameters",
]

# Imported when first asked for, so that `import streamtrack` stays quick.
_LATE = {"Evaluation": "evaluation", "Scores": "evaluation", "evaluate": "evaluation"}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(f"streamtrack.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
