"""The stand-in for DeepStream's tracker plugin, which the library takes for its caller."""

from __future__ import annotations

import atexit
import ctypes
import functools
import importlib.resources
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .findings import HostError

_SHIM_NAME = "libnvdsgst_tracker.so"
_DESCRIPTOR_SYMBOL = b"gst_plugin_nvdsgst_tracker_get_desc"


@dataclass(frozen=True)
class Plugin:
    """What the stand-in plugin looks like to the library that wants to know its host's version.

    Attributes:
        descriptor: ``present``: with the version below; ``empty``: with an empty version; ``null``:
            without any; ``refused``: the descriptor function answers a null pointer; ``missing``:
            there is no such function.
        version: The descriptor's version string; None for that of the version played.
        folder: Where the plugin lies below a temporary root, such as
            ``opt/nvidia/deepstream/deepstream-8.0/lib/gst-plugins``.
        version_file: What the file ``version`` beside the folder ``lib`` above it holds; None for
            no such file.
    """

    descriptor: Literal["present", "empty", "null", "refused", "missing"] = "present"
    version: str | None = None
    folder: str = "plugins"
    version_file: str | None = None


def _shim_image() -> bytes:
    resource = importlib.resources.files(__package__).joinpath(_SHIM_NAME)
    if not resource.is_file():
        raise HostError(
            f"the package must hold {_SHIM_NAME}, found none at {resource};"
            " install streamtrack with its native parts"
        )
    return resource.read_bytes()


@functools.cache
def _plugins_root() -> Path:
    root = Path(tempfile.mkdtemp(prefix="streamtrack-host-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root


@functools.cache
def present(plugin: Plugin, version: str) -> ctypes.CDLL:
    """Loads a copy of the shim that looks like ``plugin``; one copy for each look.

    Raises:
        HostError: The shim was not built.
    """
    image = _shim_image()
    if plugin.descriptor == "missing":
        image = image.replace(_DESCRIPTOR_SYMBOL, _DESCRIPTOR_SYMBOL[:-4] + b"none")
    root = Path(tempfile.mkdtemp(dir=_plugins_root()))
    path = root / plugin.folder / _SHIM_NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(image)
    if plugin.version_file is not None:
        above_lib = next((p.parent for p in path.parents if p.name == "lib"), path.parent)
        (above_lib / "version").write_text(plugin.version_file)
    shim = ctypes.CDLL(str(path))
    texts = {"present": (plugin.version or version).encode(), "empty": b""}
    shim.shim_present_version.argtypes = [ctypes.c_char_p]
    shim.shim_present_version(texts.get(plugin.descriptor))
    shim.shim_present_descriptor(int(plugin.descriptor != "refused"))
    address = ctypes.c_void_p
    shim.shim_query.argtypes = [address, ctypes.c_uint16, address, address]
    shim.shim_init.argtypes = [address] * 4
    shim.shim_deinit.argtypes = [address] * 2
    shim.shim_deinit.restype = None
    shim.shim_process.argtypes = [address] * 4
    shim.shim_remove_streams.argtypes = [address, address, ctypes.c_uint64]
    shim.shim_update_params.argtypes = [address] * 3
    return shim
