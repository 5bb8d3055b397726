"""The scripted scenarios of the conformance run: what a tracker library must do in DeepStream.

Each plays a situation that hosts bring about, and raises an error where the library does not live
up to it. None depends on more policy than this: a person seen with a high score in a dozen frames
gets an id and keeps it while seen.
"""

from streamtrack.host.scenarios import tracking, lifecycle, recognition  # noqa: I001 - their order
from streamtrack.host.scenarios.registry import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario", "lifecycle", "recognition", "tracking"]
