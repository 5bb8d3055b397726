"""The machines that a release is built for, and zig as their compiler.

Everything is compiled against glibc 2.17 with libc++ linked in, so that one file runs on every
Linux since 2014: Ubuntu 18.04 (DeepStream 6.0), JetPack 4 and later, and all that came after.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from release.debian import unpack


@dataclass(frozen=True)
class Target:
    """A processor, in the words that zig and the wheels, Debian and qemu use for it."""

    machine: str
    debian: str

    @property
    def triple(self) -> str:
        """What zig compiles for."""
        return f"{self.machine}-linux-gnu.2.17"

    @property
    def library_folder(self) -> str:
        """Where Debian keeps libraries of this processor."""
        return f"usr/lib/{self.machine}-linux-gnu"


TARGETS = (Target("x86_64", "amd64"), Target("aarch64", "arm64"))

# nanobind 3.1 uses stderr without <cstdio>, which libc++ does not bring in by chance.
TOOLCHAIN = """\
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR {machine})
set(CMAKE_C_COMPILER {tools}/cc)
set(CMAKE_CXX_COMPILER {tools}/c++)
set(CMAKE_AR {tools}/ar)
set(CMAKE_RANLIB {tools}/ranlib)
set(CMAKE_CXX_FLAGS_INIT "-include cstdio")
set(CMAKE_SHARED_LINKER_FLAGS_INIT -s)
set(CMAKE_MODULE_LINKER_FLAGS_INIT -s)
{cache}set(YAML_INCLUDE_DIR {yaml} CACHE PATH "")
set(YAML_LIBRARY {yaml}/libyaml.a CACHE FILEPATH "")
"""

# Three wheels of a processor hold the same library: it is compiled once where there is ccache.
CACHE = """\
set(CMAKE_C_COMPILER_LAUNCHER ccache)
set(CMAKE_CXX_COMPILER_LAUNCHER ccache)
"""


def toolchain(target: Target, folder: Path) -> Path:
    """Writes zig's commands, libyaml and a CMake toolchain file for a target; returns the file."""
    import ziglang

    tools = folder.absolute() / target.machine
    tools.mkdir(parents=True, exist_ok=True)
    zig = Path(ziglang.__file__).with_name("zig")
    for command in ("cc", "c++", "ar", "ranlib"):
        # As for the libraries, from CMake's first question on: other options need another libc++.
        words = f"-O3 -fPIC -target {target.triple} " if command.startswith("c") else ""
        script = tools / command
        # ccache compares the script's text, in which the version therefore stands.
        script.write_text(
            f'#!/bin/sh\n# {version("ziglang")}\nexec "{zig}" {command} {words}"$@"\n'
        )
        script.chmod(0o755)
    # A folder of yaml.h alone: beside Debian's other headers it would hide zig's.
    yaml = tools / "yaml"
    yaml.mkdir(exist_ok=True)
    package = unpack(
        ["libyaml-dev"], tools / "libyaml", architecture=target.debian, suite="bookworm"
    )
    shutil.copy(package / "usr/include/yaml.h", yaml)
    shutil.copy(package / target.library_folder / "libyaml.a", yaml)
    file = tools / "toolchain.cmake"
    cache = CACHE if shutil.which("ccache") else ""
    file.write_text(TOOLCHAIN.format(machine=target.machine, tools=tools, yaml=yaml, cache=cache))
    return file
