"""Real node_exporters and a real Prometheus on loopback, with the project's example files."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "monitoring"
ALERTS = EXAMPLES / "alerts.yml"
DASHBOARD = EXAMPLES / "dashboard.json"
SCALE = EXAMPLES.parents[1] / "docs" / "scale.md"
UNPACKED = Path(sys.prefix) / "prometheus" / "usr" / "bin"  # where `make test` puts them

Sample = dict[str, Any]


def program(name: str) -> str:
    """The path of one of Prometheus' programs; skips where it is not at hand."""
    found = shutil.which(name) or shutil.which(name, path=str(UNPACKED))
    if found is None:
        pytest.skip(f"needs {name}: apt-get install prometheus prometheus-node-exporter")
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


@contextmanager
def served(command: Sequence[str | Path], url: str, log: Path) -> Iterator[None]:
    """A server that answers at `url` within 30 seconds, and ends with the block."""
    with log.open("w") as file:
        process = subprocess.Popen([str(word) for word in command], stdout=file, stderr=file)
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    fetch(url)
                    break
                except (urllib.error.URLError, OSError):
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@dataclass(frozen=True)
class Exporter:
    """node_exporter over one host's folder of metrics files."""

    folder: Path
    port: int

    @property
    def instance(self) -> str:
        return f"127.0.0.1:{self.port}"

    def figures(self) -> str:
        """What Prometheus gets from it."""
        return fetch(f"http://{self.instance}/metrics")

    @contextmanager
    def running(self) -> Iterator[None]:
        # As the example's comments and the manifest say, but for what they collect beside.
        command = [
            program("prometheus-node-exporter"),
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={self.folder}",
            f"--web.listen-address={self.instance}",
        ]
        log = self.folder.with_name(f"{self.folder.name}.log")
        with served(command, f"http://{self.instance}/metrics", log):
            yield


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus with the example's job and alert rules, in a hurry.

    It looks every second, and no alert waits: how long they wait is tested by promtool.
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, instances: Sequence[str]) -> Iterator[None]:
        example = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())
        example["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        [job] = [one for one in example["scrape_configs"] if "static_configs" in one]
        job["static_configs"] = [{"targets": list(instances)}]
        example["scrape_configs"] = [job]
        rules = yaml.safe_load(ALERTS.read_text())
        for group in rules["groups"]:
            for rule in group["rules"]:
                rule.pop("for", None)
        (self.folder / "alerts.yml").write_text(yaml.safe_dump(rules))
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(example))
        command = [
            program("prometheus"),
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        with served(command, f"{self.url}/-/ready", self.folder / "prometheus.log"):
            yield

    def query(self, expression: str) -> list[Sample]:
        """What an expression gives now.

        Raises:
            ValueError: Prometheus refuses the expression.
        """
        query = urllib.parse.urlencode({"query": expression})
        try:
            answer = json.loads(fetch(f"{self.url}/api/v1/query?{query}"))
        except urllib.error.HTTPError as error:
            raise ValueError(f"{expression}: {error.read().decode()}") from None
        result = answer["data"]["result"]
        assert isinstance(result, list)
        return result

    def firing(self) -> dict[str, list[dict[str, str]]]:
        """The labels of the alerts that fire now, by the alert's name."""
        found: dict[str, list[dict[str, str]]] = {}
        for alert in json.loads(fetch(f"{self.url}/api/v1/alerts"))["data"]["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
        return found

    def rule_errors(self) -> list[str]:
        groups = json.loads(fetch(f"{self.url}/api/v1/rules"))["data"]["groups"]
        return [
            rule["lastError"] for group in groups for rule in group["rules"] if "lastError" in rule
        ]
