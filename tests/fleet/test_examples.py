"""The example files themselves: what is written in them is what Grafana and Kubernetes know."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import streamtrack as st
import yaml

from .monitoring import ALERTS, DASHBOARD, EXAMPLES, SCALE, program

CASES = Path(__file__).with_name("alert_cases.yml")
MANIFEST = EXAMPLES.parent / "kubernetes" / "streamtrack.yaml"


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def alert_names() -> set[str]:
    rules = yaml.safe_load(ALERTS.read_text())
    return {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


def test_promtool_accepts_the_examples() -> None:
    said = run(program("promtool"), "check", "config", "prometheus.yml", cwd=EXAMPLES)
    assert f"SUCCESS: {len(alert_names())} rules found" in said


def test_every_alert_fires_when_it_should_and_not_before(tmp_path: Path) -> None:
    cases = yaml.safe_load(CASES.read_text())
    tested = [case for test in cases["tests"] for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in tested if case.get("exp_alerts")} == alert_names()
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(CASES, tmp_path)
    assert "SUCCESS" in run(program("promtool"), "test", "rules", CASES.name, cwd=tmp_path)


def test_the_page_says_what_to_do_about_every_alert() -> None:
    assert set(re.findall(r"`(Streamtrack\w+)`", SCALE.read_text())) == alert_names()


def lost(given: Any, kept: Any, place: str = "") -> list[str]:
    """Where `kept` lacks what `given` says, or says something else."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [
            line
            for key, value in given.items()
            for line in (lost(value, kept[key], f"{place}/{key}") if key in kept else [place + key])
        ]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [
            line
            for number, (one, other) in enumerate(zip(given, kept, strict=True))
            for line in lost(one, other, f"{place}[{number}]")
        ]
    return [] if given == kept else [place]


def test_the_dashboard_is_in_grafanas_words() -> None:
    """Grafana's own model reads every word of it: what it does not know it would not give back."""
    pytest.importorskip(
        "grafana_foundation_sdk", reason="needs: pip install grafana-foundation-sdk"
    )
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()  # the words of each kind of panel and of Prometheus' queries

    def kept(model: dict[str, Any]) -> Any:
        return json.loads(JSONEncoder().encode(Dashboard.from_json(model)))

    model = json.loads(DASHBOARD.read_text())
    assert lost(model, kept(model)) == []
    model["panels"][0]["gridPoz"] = model["panels"][0]["options"]["graphMod"] = 1
    assert len(lost(model, kept(model))) == 2, "the model must notice a wrong word"


def test_the_panels_have_places_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(taken)) == len(taken), "two panels overlap"
    assert max(x for x, _ in taken) == 23
    for panel in panels:
        assert panel["title"]
        assert panel["description"].endswith(".")


def manifest() -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in yaml.safe_load_all(MANIFEST.read_text())}


@pytest.mark.parametrize("version", ["1.32", "1.37"])
def test_kubernetes_knows_every_field_of_the_manifest(version: str) -> None:
    validator = pytest.importorskip(
        "kubernetes_validate", reason="needs: pip install kubernetes-validate"
    )
    for resource in manifest().values():
        validator.validate(resource, version, strict=True)
    wrong = manifest()["StatefulSet"]
    wrong["spec"]["ordinals"]["begin"] = 1
    with pytest.raises(validator.ValidationError, match="begin"):
        validator.validate(wrong, version, strict=True)


def test_the_pods_parts_fit_together() -> None:
    resources = manifest()
    stateful = resources["StatefulSet"]["spec"]
    pod = stateful["template"]["spec"]
    pipeline, exporter = pod["containers"]
    assert stateful["serviceName"] == resources["Service"]["metadata"]["name"]
    labels = stateful["template"]["metadata"]["labels"]
    assert labels == stateful["selector"]["matchLabels"] == resources["Service"]["spec"]["selector"]
    [node_id] = pipeline["env"]
    assert node_id["name"] == "STREAMTRACK_NODE_ID"
    assert "pod-index" in node_id["valueFrom"]["fieldRef"]["fieldPath"]
    assert stateful["ordinals"]["start"] == 1, "node_id 0 means none"
    assert stateful["replicas"] <= 127
    volumes = {volume["name"] for volume in pod["volumes"]} | {
        claim["metadata"]["name"] for claim in stateful["volumeClaimTemplates"]
    }
    mounts = {mount["name"]: mount["mountPath"] for mount in pipeline["volumeMounts"]}
    assert set(mounts) == volumes
    folder = mounts["metrics"]
    assert f"--collector.textfile.directory={folder}" in exporter["args"]


def test_the_tracker_takes_the_manifests_configuration(tmp_path: Path) -> None:
    path = tmp_path / "tracker.yml"
    path.write_text(manifest()["ConfigMap"]["data"]["tracker.yml"])
    config = st.Config(path)
    assert config.id_mode == "unique"
    assert config.node_id == 0, "the pods differ by their environment"
    mounts = manifest()["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    folders = {mount["name"]: mount["mountPath"] for mount in mounts}
    assert str(Path(config.metrics_file).parent) == folders["metrics"]
    assert str(Path(config.state_file).parent) == folders["state"]


def test_prometheus_looks_where_the_service_is() -> None:
    [job] = [
        job
        for job in yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())["scrape_configs"]
        if "dns_sd_configs" in job
    ]
    service = manifest()["Service"]
    [port] = service["spec"]["ports"]
    [name] = job["dns_sd_configs"][0]["names"]
    assert name.startswith(f"_{port['name']}._tcp.{service['metadata']['name']}.default.svc.")
    [relabel] = job["relabel_configs"]
    pod = re.fullmatch(relabel["regex"], "streamtrack-3.streamtrack.default.svc.cluster.local:9100")
    assert pod
    assert pod[1] == "streamtrack-3"
