"""The conformance run: each rule of the NvMOT API, for one library in one DeepStream version.

``python -m streamtrack.host.conformance LIBRARY VERSION`` prints the results as JSON. The scenarios
play in processes of their own, so that a crash fails one rule and the others are still tested.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal

from .findings import RULES, Finding, HostError
from .scenarios import SCENARIOS, Scenario
from .stage import BrokenError, Stage
from .stdout import Printed, watched_stdout

Outcome = Literal["passed", "failed", "not applicable"]
_MODULE = "streamtrack.host.conformance"
_TEXTS_PER_RULE = 3
_ELF = b"\x7fELF"
_PATIENCE = 120


@dataclass(frozen=True)
class RuleResult:
    """What the conformance run says about one rule.

    Attributes:
        rule: The rule's name: a scenario's, or one of :data:`RULES`, which are watched all along.
        outcome: ``passed``, ``failed`` or ``not applicable`` (in this version, for a library that
            declares no such data, or where no scenario came to its end).
        text: What was found, or else what the rule wants.
    """

    rule: str
    outcome: Outcome
    text: str


@dataclass(frozen=True)
class _Report:
    """What the process that played a scenario says of it."""

    scenario: str
    broken: str | None
    findings: list[Finding]
    declares: list[str]


def check(
    library: str | Path,
    version: str,
    *,
    config_path: str | None = None,
    seconds: int = _PATIENCE,
    progress: Callable[[str], None] | None = None,
) -> list[RuleResult]:
    """Plays every scenario with a library and says rule by rule how it did.

    Args:
        library: The tracker library.
        version: One of :data:`streamtrack.host.VERSIONS`.
        config_path: Its configuration, such as one that declares misc data.
        seconds: How long a scenario may take before it counts as hanging.
        progress: Called with the name of each scenario before it plays.

    Raises:
        HostError: The library is not there, or is no shared object.
        ValueError: The version is unknown.
    """
    if not Path(library).is_file():
        raise HostError(
            f"the library must be a shared object, got {library}, where there is no file;"
            " check the path"
        )
    with Path(library).open("rb") as file:
        begin = file.read(len(_ELF))
    if begin != _ELF:
        raise HostError(
            f"the library must be a shared object, got {library}, which begins with {begin!r};"
            " name a tracker library"
        )
    stage = Stage(Path(library), version, config_path)
    todo = [one for one in SCENARIOS if one.applies(stage)]
    reports: dict[str, _Report] = {}
    together = [one.name for one in todo if one.plugin is None]
    for names in [together, *([one.name] for one in todo if one.plugin is not None)]:
        for report in _play_all(stage, names, seconds, progress or (lambda _: None)):
            reports[report.scenario] = report
    rows = [_scenario_result(one, reports.get(one.name)) for one in SCENARIOS]
    return rows + _rule_results(stage, list(reports.values()))


def _scenario_result(scenario: Scenario, report: _Report | None) -> RuleResult:
    if report is None:
        return RuleResult(scenario.name, "not applicable", scenario.wants)
    if report.broken is None:
        return RuleResult(scenario.name, "passed", scenario.wants)
    return RuleResult(scenario.name, "failed", f"{report.broken} ({scenario.wants})")


def _rule_results(stage: Stage, reports: Sequence[_Report]) -> list[RuleResult]:
    found: dict[str, list[str]] = {}
    for report in reports:
        for finding in report.findings:
            found.setdefault(finding.rule, []).append(f"{report.scenario}: {finding.text}")
    declares = {kind for report in reports for kind in report.declares}
    was_tested = any(report.broken is None for report in reports)
    rows = []
    for rule, wants in RULES.items():
        if rule in found:
            rows.append(RuleResult(rule, "failed", "\n".join(found[rule][:_TEXTS_PER_RULE])))
        else:
            applies = was_tested and _rule_applies(rule, stage, declares)
            rows.append(RuleResult(rule, "passed" if applies else "not applicable", wants))
    return rows


def _rule_applies(rule: str, stage: Stage, declares: set[str]) -> bool:
    layout, behaviour = stage.layout, stage.behaviour
    conditions = {
        "query-handle": layout.has("NvMOTQuery", "contextHandle"),
        "query-merge": not behaviour.queries_first,
        "query-unanswered": not behaviour.zeroes_query,
        "max-targets": layout.has("NvMOTQuery", "maxTargetsPerStream"),
        "mask": layout.has("NvMOTTrackedObj", "mask"),
        "string-changed": behaviour.has_update_params,
        "misc-pointer": bool(declares) or not behaviour.has_process_past,
    }
    if rule.startswith("misc-") and rule not in conditions:
        return bool(declares)
    return conditions.get(rule, True)


def _play_all(
    stage: Stage, names: list[str], seconds: int, progress: Callable[[str], None]
) -> Iterator[_Report]:
    """Plays scenarios in a process, and in a new one from behind each that brought it down."""
    while names:
        playing = ""
        with (
            tempfile.TemporaryFile("w+") as messages,
            _player(stage, names, seconds, messages) as player,
        ):
            for line in player.stdout or ():
                if line.startswith("{"):
                    raw = json.loads(line)
                    raw["findings"] = [Finding(**one) for one in raw["findings"]]
                    yield _Report(**raw)
                    names, playing = names[1:], ""
                else:
                    playing = line.strip()
                    progress(playing)
            status = player.wait()
            messages.seek(0)
            said = messages.read().strip().splitlines()
        if playing:
            yield _Report(playing, _how_it_ended(status, seconds, said[-1:]), [], [])
            names = names[1:]
        elif names:
            raise HostError(f"the conformance run must play {names}, it ended: {said[-1:]}")


def _player(
    stage: Stage, names: list[str], seconds: int, messages: IO[str]
) -> subprocess.Popen[str]:
    arguments = [str(stage.library), stage.version, "--play", ",".join(names)]
    arguments += ["--seconds", str(seconds)]
    if stage.config_path is not None:
        arguments += ["--config", stage.config_path]
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE, *arguments],
        stdout=subprocess.PIPE,
        stderr=messages,
        text=True,
    )


def _how_it_ended(status: int, seconds: int, said: list[str]) -> str:
    if status == -signal.SIGALRM:
        return f"it did not come back within {seconds} seconds"
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"the process ended with {how}" + "".join(f"; its last words: {line}" for line in said)


def _play(stage: Stage, names: Sequence[str], seconds: int) -> None:
    """Plays scenarios in this very process, and prints each one's name before and report after."""
    scenarios = {one.name: one for one in SCENARIOS}
    with os.fdopen(os.dup(1), "w") as parent, watched_stdout() as printed:
        for name in names:
            print(name, file=parent, flush=True)
            signal.alarm(seconds)  # ends the process, even from within the library
            report = _play_one(stage, scenarios[name], printed)
            signal.alarm(0)
            print(json.dumps(asdict(report)), file=parent, flush=True)


def _play_one(stage: Stage, scenario: Scenario, printed: Printed) -> _Report:
    own = Stage(stage.library, stage.version, stage.config_path)
    if scenario.plugin is not None:
        own.plugin = scenario.plugin(own)
    broken = None
    try:
        scenario.play(own)
    except (BrokenError, HostError) as error:
        broken = str(error)
    text = printed.news()
    if text:
        found = f"{scenario.name}: it printed {text[:80]!r}; {RULES['stdout']}"
        own.findings.append(Finding("stdout", found))
    return _Report(scenario.name, broken, own.findings, sorted(own.declares))


def _main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {_MODULE}", description=check.__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("version")
    parser.add_argument("--config", help="the library's configuration file")
    parser.add_argument("--seconds", type=int, default=_PATIENCE, help="limit for a scenario")
    parser.add_argument("--play", help="play these scenarios in this very process")
    options = parser.parse_args()
    if options.play:
        stage = Stage(options.library, options.version, options.config)
        _play(stage, options.play.split(","), options.seconds)
    else:
        results = check(
            options.library,
            options.version,
            config_path=options.config,
            seconds=options.seconds,
        )
        print(json.dumps([asdict(result) for result in results], indent=1))


if __name__ == "__main__":
    _main()
