"""A stand-in for DeepStream's tracker plugin: drives any NvMOT library and says what it does wrong.

It shares no declaration and no policy with the library it drives, so that it is a second witness.
"""

from .findings import RULES, Finding, HostError
from .frames import FrameResult, SourceFrame
from .host import Host
from .layout import VERSIONS
from .shim import Plugin

__all__ = [
    "RULES",
    "VERSIONS",
    "Finding",
    "FrameResult",
    "Host",
    "HostError",
    "Plugin",
    "SourceFrame",
]
