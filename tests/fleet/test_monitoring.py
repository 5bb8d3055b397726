"""The example's expressions, by a real Prometheus, over what the library itself has written."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from .hosts import Orders, RunningHost
from .monitoring import ALERTS, DASHBOARD, SCALE, Exporter, Prometheus, Sample, free_port, program

DASHBOARD_MODEL: dict[str, Any] = json.loads(DASHBOARD.read_text())
# What Grafana puts in where "All" is chosen, and a minute for its interval.
VARIABLES = {"$instance": ".*", "$pipeline": ".*", "$__rate_interval": "1m"}
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panel_expressions() -> list[tuple[str, str]]:
    found = []
    for panel in DASHBOARD_MODEL["panels"]:
        for target in panel["targets"]:
            expression = target["expr"]
            for name, value in VARIABLES.items():
                expression = expression.replace(name, value)
            found.append((f"{panel['title']} {target['refId']}", expression))
    return found


def selectors(expression: str) -> set[str]:
    """The time series that an expression reads, such as `up{job="a"}`."""
    return set(
        re.findall(r"\b(?:streamtrack_\w+|node_textfile_\w+|up)\b(?:\{[^}]*\})?", expression)
    )


@dataclass
class Fleet:
    """Hosts that run, by their part: each its process, its folder and its exporter."""

    prometheus: Prometheus
    exporters: dict[str, Exporter]

    def await_result(self, expression: str, fits: Callable[[list[Sample]], bool]) -> list[Sample]:
        deadline = time.monotonic() + 30
        while not fits(result := self.prometheus.query(expression)):
            assert time.monotonic() < deadline, (expression, result)
            time.sleep(0.3)
        return result

    def await_alert(self, name: str) -> list[dict[str, str]]:
        deadline = time.monotonic() + 30
        while not (alerts := self.prometheus.firing().get(name)):
            assert time.monotonic() < deadline, name
            time.sleep(0.3)
        return alerts

    def parts_with(self, name: str) -> set[str]:
        """The hosts for which an alert fires now."""
        named = {exporter.instance: part for part, exporter in self.exporters.items()}
        return {named[labels["instance"]] for labels in self.prometheus.firing().get(name, [])}

    def await_parts(self, name: str, parts: set[str]) -> None:
        """Waits until an alert fires for these hosts and for no other.

        At first a rate of two looks between two writes is 0, which the rules' `for` is there for.
        """
        deadline = time.monotonic() + 30
        while (found := self.parts_with(name)) != parts:
            assert time.monotonic() < deadline, (name, found)
            time.sleep(0.3)


# A first write may come before the first frame.
FRAMES = re.compile(r"streamtrack_frames_total\{[^}]*\} [1-9]")

# What each host is there to show; all but the first do something wrong.
PARTS: dict[str, tuple[int, dict[str, int], str]] = {
    "good": (1, {}, ""),
    "dropping": (2, {"impossible": 2}, ""),
    "twin": (2, {}, ""),
    "still": (4, {"frames": 20}, ""),
    "unrecorded": (5, {}, "record: {folder}/missing/run\n"),
    "dead": (6, {}, ""),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    program("prometheus")
    folder = tmp_path_factory.mktemp("fleet")
    with ExitStack() as stack:
        hosts, exporters = {}, {}
        for part, (node_id, orders, more) in PARTS.items():
            metrics = folder / part
            metrics.mkdir()
            config = folder / f"{part}.yml"
            config.write_text(
                f"id_mode: unique\nmetrics_file: {metrics}/cameras.prom\n"
                + more.format(folder=folder)
            )
            hosts[part] = RunningHost(Orders(str(config), **orders), node_id)
            stack.callback(hosts[part].end, signal.SIGKILL)
            exporters[part] = Exporter(metrics, free_port())
        for part, host in hosts.items():
            host.await_ready()
            host.drain()
            stack.enter_context(exporters[part].running())
        for part, exporter in exporters.items():
            deadline = time.monotonic() + 30
            figures = exporter.folder / "cameras.prom"
            while not figures.exists() or not FRAMES.search(figures.read_text()):
                assert time.monotonic() < deadline, f"{part} wrote no figures"
                time.sleep(0.1)
        hosts["dead"].end(signal.SIGKILL)
        figures = exporters["dead"].folder / "cameras.prom"
        os.utime(figures, (time.time() - 90, time.time() - 90))
        (folder / "prometheus").mkdir()
        prometheus = Prometheus(folder / "prometheus", free_port())
        instances = [exporter.instance for exporter in exporters.values()]
        stack.enter_context(prometheus.running([*instances, f"127.0.0.1:{free_port()}"]))
        running = Fleet(prometheus, exporters)
        running.await_result(
            "sum by (instance) (rate(streamtrack_frames_total[1m])) > 0", lambda got: len(got) >= 4
        )
        yield running


@pytest.mark.parametrize(("panel", "expression"), panel_expressions())
def test_every_panel_has_data(fleet: Fleet, panel: str, expression: str) -> None:
    # A quantile of no calls is NaN: that is right for the hosts that stand still.
    result = fleet.await_result(expression, bool)
    assert any(math.isfinite(float(sample["value"][1])) for sample in result), panel


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_reads_series_that_exist(fleet: Fleet, rule: dict[str, str]) -> None:
    fleet.prometheus.query(rule["expr"])
    read = selectors(rule["expr"])
    assert read
    for selector in read:
        assert fleet.prometheus.query(selector), selector
    assert fleet.prometheus.rule_errors() == []


def test_variables_offer_every_host_and_pipeline(fleet: Fleet) -> None:
    queries = [
        variable["query"]["query"]
        for variable in DASHBOARD_MODEL["templating"]["list"]
        if variable["type"] == "query"
    ]
    for query, count in zip(queries, (len(PARTS), 1), strict=True):
        form = re.fullmatch(r"label_values\((.*), (\w+)\)", query.replace("$instance", ".*"))
        assert form, query
        series, label = form.groups()
        assert len(fleet.prometheus.query(f"group by ({label}) ({series})")) == count


@pytest.mark.parametrize(
    ("alert", "parts"),
    [
        ("StreamtrackObjectsDropped", {"dropping"}),
        ("StreamtrackNoFrames", {"still", "dead"}),
        ("StreamtrackRecordingGaps", {"unrecorded"}),
        ("StreamtrackPipelineSilent", {"dead"}),
    ],
)
def test_an_alert_fires_for_the_host_that_deserves_it(
    fleet: Fleet, alert: str, parts: set[str]
) -> None:
    fleet.await_parts(alert, parts)


def test_two_pipelines_with_one_node_id_are_told(fleet: Fleet) -> None:
    assert [labels["node_id"] for labels in fleet.await_alert("StreamtrackNodeIdTwice")] == ["2"]


def test_a_host_without_exporter_is_told(fleet: Fleet) -> None:
    [labels] = fleet.await_alert("StreamtrackHostDown")
    assert labels["instance"] not in {one.instance for one in fleet.exporters.values()}


def test_nothing_is_told_of_the_good_host(fleet: Fleet) -> None:
    fleet.await_alert("StreamtrackObjectsDropped")
    deadline = time.monotonic() + 30
    instance = fleet.exporters["good"].instance
    while told := [
        name
        for name, alerts in fleet.prometheus.firing().items()
        if any(labels.get("instance") == instance for labels in alerts)
    ]:
        assert time.monotonic() < deadline, told
        time.sleep(0.3)


def test_the_page_names_every_figure(fleet: Fleet) -> None:
    names = set(re.findall(r"^# TYPE (streamtrack_\w+)", fleet.exporters["good"].figures(), re.M))
    assert len(names) == 13
    assert names == set(re.findall(r"`(streamtrack_\w+)`", SCALE.read_text()))


def test_counts_are_those_of_the_frames(fleet: Fleet) -> None:
    """`still` got 20 batches of 2 streams with 8 people each, all of them tracked."""
    where = f'{{instance="{fleet.exporters["still"].instance}"'
    sums = {
        f"sum(streamtrack_frames_total{where}}})": "40",
        f"streamtrack_detections_total{where}}}": "320",
        f"streamtrack_ids_total{where}}}": "16",
        f'streamtrack_tracks{where}, state="tracked"}}': "16",
        f"streamtrack_process_seconds_count{where}}}": "20",
    }
    for expression, value in sums.items():  # the last write may still be on its way
        fleet.await_result(f"{expression} == {value}", bool)


def test_two_pipelines_of_a_host_do_not_hide_each_other(tmp_path: Path) -> None:
    program("prometheus-node-exporter")
    folder = tmp_path / "metrics"
    folder.mkdir()
    exporter = Exporter(folder, free_port())
    with ExitStack() as stack:
        for name in ("gate", "dock"):
            config = tmp_path / f"{name}.yml"
            config.write_text(f"metrics_file: {folder}/{name}.prom\n")
            host = RunningHost(Orders(str(config), frames=5))
            stack.callback(host.end, signal.SIGKILL)
            host.ids_of(5)
            assert host.end() == []
        stack.enter_context(exporter.running())
        text = exporter.figures()
    for name in ("gate", "dock"):
        assert (
            f'streamtrack_frames_total{{context="0",detected="true",pipeline="{name}"}} 10' in text
        )
