"""The files that streams' tracks are written to, named as the streams are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from streamtrack.io.source import InputError

_LONGEST = 255  # bytes that a name may have on Linux
# Surrogates stand for bytes that are no UTF-8.
_NO_NAME = re.compile(r"\.{0,2}|.*[/\x00-\x1f\x7f\ud800-\udfff].*", re.DOTALL)


def stream_file(folder: Path, name: str, ending: str = "") -> Path:
    """Returns the path of a stream's file or folder, which lies in `folder` whatever the name is.

    Args:
        folder: Where it lies.
        name: The stream's name. A Parquet file may give any.
        ending: What the file's name has behind the stream's: ".txt".

    Raises:
        InputError: No file can have this name.
    """
    length = len(f"{name}{ending}.part".encode(errors="replace"))
    if _NO_NAME.fullmatch(name) or length > _LONGEST:
        shown = name if len(name) <= 40 else name[:40] + "..."
        raise InputError(
            "the name of a stream that is written to a file must be one that a file can have "
            f"(UTF-8 without / and line breaks, not empty, not too long), got {shown!r}; rename "
            "the stream"
        )
    return folder / f"{name}{ending}"


def refuse_overwriting(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Checks that no file that is to be written is one that is read.

    Raises:
        InputError: One is; nobody has its own detections or video twice.
    """
    read = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path.resolve() in read:
            raise InputError(
                f"{path}: what is written must not replace an input, got the input itself; choose "
                "another folder for the output"
            )
