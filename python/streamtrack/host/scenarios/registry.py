"""The list of scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamtrack.host.shim import Plugin
from streamtrack.host.stage import Stage


@dataclass(frozen=True)
class Scenario:
    """One scripted situation.

    Attributes:
        name: The rule that it tests.
        wants: The rule in plain words: what the scenario's docstring says.
        play: Plays it.
        applies: Whether the version has such a situation.
        plugin: What the plugin looks like in it, None for the usual. Such a scenario needs a
            process of its own, since a library remembers its first host.
    """

    name: str
    wants: str
    play: Callable[[Stage], None]
    applies: Callable[[Stage], bool]
    plugin: Callable[[Stage], Plugin] | None = None


SCENARIOS: list[Scenario] = []


def scenario(
    applies: Callable[[Stage], bool] = lambda _: True,
    plugin: Callable[[Stage], Plugin] | None = None,
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Enters a function in :data:`SCENARIOS`; it raises where the library breaks the rule.

    Args:
        applies: Whether a version has such a situation.
        plugin: What the plugin looks like, None for the usual.
    """

    def register(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        name, wants = play.__name__.replace("_", "-"), play.__doc__ or ""
        SCENARIOS.append(Scenario(name, wants, play, applies, plugin))
        return play

    return register
