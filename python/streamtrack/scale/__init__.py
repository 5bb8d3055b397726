"""Archives on a cluster: `streamtrack track --engine ray` (docs/scale.md).

Needs Ray: `pip install streamtrack[ray]`.
"""

from streamtrack.scale.archive import (
    ClusterRun,
    ClusterStream,
    StreamProgress,
    StreamsFailedError,
    track_on_cluster,
)

__all__ = [
    "ClusterRun",
    "ClusterStream",
    "StreamProgress",
    "StreamsFailedError",
    "track_on_cluster",
]
