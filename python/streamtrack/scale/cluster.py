"""The door to Ray: a cluster to work on, and rows of work that Ray Data spreads over it."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from streamtrack.io.source import InputError

Row = Mapping[str, Any]
Task = Callable[..., Mapping[str, Any]]

# Rows of work and of results are small; Ray would take a third of the memory by itself.
_LOCAL_STORE_BYTES = 256 << 20

_PATIENCE_SECONDS = 5
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HTTP2_SETTINGS = b"\0\0\0" + b"\4" + b"\0" + b"\0\0\0\0"  # length 0, type, flags, stream


def require_ray() -> Any:
    """Returns Ray, quiet and with its usage reports off.

    Raises:
        InputError: It is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise InputError(
            f"a cluster needs Ray, got: {error}; pip install 'streamtrack[ray]'"
        ) from None
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray


@contextmanager
def cluster(address: str | None, cpus: int) -> Iterator[Callable[..., Iterator[Row]]]:
    """Joins a cluster, or starts one on this machine for as long as the context lasts.

    A process that is connected to a cluster already stays on it.

    Args:
        address: Host and port of the cluster's head; None for one on this machine.
        cpus: Of the cluster on this machine; 0 for all.

    Yields:
        `run(task, rows, **arguments)`, which calls the task for every row, wherever there is a free
        CPU, and gives the results as they come. Rows and results are what JSON can hold.

    Raises:
        InputError: No Ray answers at the address.
        RuntimeError: A task failed.
    """
    if address is None:
        # Ray's servers trust whoever reaches them: on one machine they listen on 127.0.0.1 alone,
        # which this variable makes them do on any system.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        # What else runs on this machine has no business there; else Ray would keep a token in ~.
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray = require_ray()
    joined = not ray.is_initialized()
    if joined:
        _connect(ray, address, cpus)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False

    def run(task: Task, rows: Sequence[Row], **arguments: Any) -> Iterator[Row]:
        return _results(ray, task, rows, arguments)

    try:
        yield run
    finally:
        if joined:
            ray.shutdown()


def _connect(ray: Any, address: str | None, cpus: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        ray.init(
            "local",
            num_cpus=cpus or None,
            object_store_memory=_LOCAL_STORE_BYTES,
            include_dashboard=False,
            **quiet,
        )
        return
    try:
        _knock(address)
    except (OSError, ValueError) as error:
        raise _wrong_address(address, str(error)) from None
    try:
        ray.init(address, **quiet)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        reason += "; Ray answers there, but it may have another token (export RAY_AUTH_MODE=token)"
        raise _wrong_address(address, reason) from None


def _wrong_address(address: str, reason: str) -> InputError:
    return InputError(
        "--address must be that of a Ray cluster which this machine is part of, "
        f"got {address}: {reason}; see docs/scale.md"
    )


def _knock(address: str) -> None:
    """Raises OSError or ValueError where no Ray answers: Ray itself would try for many minutes.

    A cluster's head speaks gRPC, and so greets whoever connects as RFC 9113, section 3.4, says.
    """
    if address == "auto":  # Ray's word for the cluster that runs on this machine
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("it is not of the form HOST:PORT")
    with socket.create_connection((host, int(port)), timeout=_PATIENCE_SECONDS) as connection:
        if os.environ.get("RAY_USE_TLS", "0") != "0":  # the greeting would be encrypted
            return
        connection.sendall(_HTTP2_PREFACE + _HTTP2_SETTINGS)
        try:
            answer = connection.recv(len(_HTTP2_SETTINGS), socket.MSG_WAITALL)
        except TimeoutError:
            answer = b""
    if len(answer) < len(_HTTP2_SETTINGS) or answer[3] != _HTTP2_SETTINGS[3]:
        raise ValueError("what listens there does not answer as Ray does")


def _results(
    ray: Any, task: Task, rows: Sequence[Row], arguments: Mapping[str, Any]
) -> Iterator[Row]:
    if not rows:
        return
    # One row a block, so that one row is one task: what a lost worker takes with it is one stream.
    texts = [{"json": json.dumps(row)} for row in rows]
    blocks = ray.data.from_items(texts, override_num_blocks=len(texts))
    # A task whose worker is lost is given to another, for ever: tasks count their own attempts.
    done = blocks.map(_in_json, fn_kwargs={"task": task, "arguments": arguments})
    try:
        for row in done.iter_rows():
            yield json.loads(row["json"])
    except ray.exceptions.RayError as error:
        reason = [line for line in str(error).splitlines() if line.strip()][-1]
        raise RuntimeError(f"a worker of the cluster failed: {reason.strip()}") from error


def _in_json(row: Mapping[str, str], task: Task, arguments: Mapping[str, Any]) -> dict[str, str]:
    return {"json": json.dumps(task(json.loads(row["json"]), **arguments))}
