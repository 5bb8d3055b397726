"""ByteTrack for many cameras at once, from one native core.

`Tracker` tracks one stream, `MultiStreamTracker` many; `Config` says how. The same configuration
drives the `streamtrack` command and, in NVIDIA DeepStream, libByteTracker.so. Runs on Linux.
"""

from streamtrack._core import Tracks
from streamtrack._core import version as __version__
from streamtrack.config import Config, ConfigError
from streamtrack.evaluation import Evaluation, Scores, evaluate
from streamtrack.parameters import Parameter, parameters
from streamtrack.tracker import MultiStreamTracker, Tracker, TrackState

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
