"""How the library recognises the DeepStream that loaded it."""

from __future__ import annotations

from streamtrack.host.findings import HostError
from streamtrack.host.scenarios.registry import scenario
from streamtrack.host.shim import Plugin
from streamtrack.host.stage import Stage, confirm, require


def _plugin_by_path(stage: Stage) -> Plugin:
    release = ".".join(stage.version.split(".")[:2])
    folder = f"opt/nvidia/deepstream/deepstream-{release}/lib/gst-plugins"
    return Plugin("missing", folder=folder)


def _plugin_by_file(stage: Stage) -> Plugin:
    text = f"Version: {stage.version}\nGCID: 12345678\n"
    folder = "opt/nvidia/deepstream/deepstream/lib/gst-plugins"
    return Plugin("null", folder=folder, version_file=text)


@scenario(plugin=_plugin_by_path)
def version_by_path(stage: Stage) -> None:
    """A host without a version string is known by its path."""
    with stage.host() as host:
        confirm(host, (0, 1))


@scenario(plugin=_plugin_by_file)
def version_by_file(stage: Stage) -> None:
    """A host without either is known by its version file."""
    with stage.host() as host:
        confirm(host, (0, 1))


@scenario(
    plugin=lambda _: Plugin("refused"),
)
def unknown_host(stage: Stage) -> None:
    """A host that tells nothing about itself is refused, or recognised without a fault."""
    try:
        with stage.host() as host:
            confirm(host, (0, 1))
    except HostError:
        return
    require(not stage.findings, "; ".join(finding.text for finding in stage.findings[:3]))
