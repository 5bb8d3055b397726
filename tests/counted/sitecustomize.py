"""Takes the extension and the library whose lines are counted, in every process: `make coverage`.

It builds both into .build/coverage, and puts this folder on PYTHONPATH, where Python looks for a
module of this name whenever it starts. The package itself is the one that is installed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / ".build" / "coverage"


def take_counted_build() -> None:
    if importlib.util.find_spec("streamtrack") is None:
        return  # another Python, which a test has started
    (extension,) = (BUILD / "python").glob("_core*.so")
    spec = importlib.util.spec_from_file_location("streamtrack._core", extension)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{extension} must be an extension; make coverage builds it")
    module = importlib.util.module_from_spec(spec)
    sys.modules["streamtrack._core"] = module  # the package takes it for its own
    spec.loader.exec_module(module)

    from streamtrack import deepstream

    deepstream.library_path = lambda: BUILD / "deepstream" / "libByteTracker.so"


take_counted_build()
