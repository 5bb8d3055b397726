"""A tracker library: loaded by path as the plugin does, called through the shim."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from .findings import FindingLog, HostError
from .memory import libc
from .shim import Plugin, present

REQUIRED = ("NvMOT_Init", "NvMOT_DeInit", "NvMOT_Process")
OPTIONAL = (
    "NvMOT_Query",
    "NvMOT_RemoveStreams",
    "NvMOT_ProcessPast",
    "NvMOT_RetrieveMiscData",
    "NvMOT_UpdateParams",
)

libc.dlopen.restype = ctypes.c_void_p
libc.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
libc.dlclose.argtypes = [ctypes.c_void_p]
libc.dlsym.restype = ctypes.c_void_p
libc.dlsym.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
libc.dlerror.restype = ctypes.c_char_p


class Library:
    """One loaded tracker library. Every call takes and gives plain addresses.

    Args:
        path: The shared object, as ``ll-lib-file`` names it.
        version: The DeepStream version that the plugin presents, unless ``plugin`` says otherwise.
        plugin: What the plugin looks like.
        log: Where missing symbols are reported.
        keep: Whether dlclose leaves the library in memory (RTLD_NODELETE).

    Raises:
        HostError: It cannot be loaded, or a required symbol is missing.
    """

    def __init__(
        self, path: str | Path, version: str, plugin: Plugin, log: FindingLog, *, keep: bool
    ) -> None:
        self.path = Path(path)
        self._shim = present(plugin, version)
        handle = libc.dlopen(
            os.fsencode(self.path), os.RTLD_NOW | (os.RTLD_NODELETE if keep else 0)
        )
        if not handle:
            reason = (libc.dlerror() or b"no reason given").decode(errors="replace")
            raise HostError(
                f"the tracker library must load with all its symbols resolved, got: {reason};"
                " see what ldd says of it"
            )
        self._handle: int | None = handle
        self._functions = {
            name: libc.dlsym(handle, name.encode()) or 0 for name in REQUIRED + OPTIONAL
        }
        missing = [name for name in (*REQUIRED, "NvMOT_Query") if not self.has(name)]
        if missing:
            log.report(
                "missing-symbol", f"loading {self.path.name}", f"{', '.join(missing)} not found"
            )
        if any(name in REQUIRED for name in missing):
            self.unload()
            raise HostError(
                f"{self.path} must export {', '.join(REQUIRED)}, got no {', '.join(missing)};"
                " name a tracker library"
            )

    def has(self, function: str) -> bool:
        """Whether the library exports ``function``."""
        return bool(self._functions[function])

    def query(self, path_length: int, path: int, query: int) -> int:
        """NvMOT_Query; returns its status."""
        status: int = self._shim.shim_query(
            self._functions["NvMOT_Query"], path_length, path, query
        )
        return status

    def init(self, config: int, handle: int, response: int) -> int:
        """NvMOT_Init; returns its status."""
        status: int = self._shim.shim_init(self._functions["NvMOT_Init"], config, handle, response)
        return status

    def deinit(self, handle: int) -> None:
        """NvMOT_DeInit."""
        self._shim.shim_deinit(self._functions["NvMOT_DeInit"], handle)

    def process(self, handle: int, params: int, batch: int) -> int:
        """NvMOT_Process; returns its status."""
        status: int = self._shim.shim_process(
            self._functions["NvMOT_Process"], handle, params, batch
        )
        return status

    def process_past(self, handle: int, params: int, batch: int) -> int:
        """NvMOT_ProcessPast; returns its status."""
        status: int = self._shim.shim_process(
            self._functions["NvMOT_ProcessPast"], handle, params, batch
        )
        return status

    def retrieve_misc_data(self, handle: int, params: int, misc: int) -> int:
        """NvMOT_RetrieveMiscData; returns its status."""
        status: int = self._shim.shim_process(
            self._functions["NvMOT_RetrieveMiscData"], handle, params, misc
        )
        return status

    def remove_streams(self, handle: int, stream_id: int) -> int:
        """NvMOT_RemoveStreams; returns its status."""
        status: int = self._shim.shim_remove_streams(
            self._functions["NvMOT_RemoveStreams"], handle, stream_id
        )
        return status

    def update_params(self, handle: int, text: int) -> int:
        """NvMOT_UpdateParams; returns its status, which the host ignores."""
        status: int = self._shim.shim_update_params(
            self._functions["NvMOT_UpdateParams"], handle, text
        )
        return status

    def unload(self) -> None:
        """dlclose; the library may stay in memory if anybody else has it open."""
        if self._handle is not None:
            libc.dlclose(self._handle)
            self._handle = None
