"""Prometheus's rules and Grafana's dashboard speak of metrics that the API exports."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.datastructures import Headers

from api.realtime.farm_metrics import BEAT_NUMBERS
from api.realtime.metrics import Metrics
from api.realtime.state import FarmState
from farm.clock import ManualClock
from farm.store.async_connection import connect_async
from farm.store.connection import FarmRedis
from tests.api_realtime.farm_fixtures import beat, beat_node, live_stream
from tests.repo.tree import ROOT, read, read_yaml

DASHBOARD: dict[str, Any] = json.loads(read("deploy/grafana/dashboards/framefarm.json"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
RULES: list[dict[str, Any]] = [
    rule for group in read_yaml("deploy/prometheus/alerts.yml")["groups"] for rule in group["rules"]
]
_METRIC = re.compile(r"\b((?:framefarm|stream_manager)_\w+)(?:\{([^}]*)\})?")


@pytest.fixture
def exported(redis: FarmRedis, redis_url: str) -> dict[str, set[str]]:
    """Metric to its labels, of a farm with a live stream, a worker, a coordinator and an encoder node."""
    live_stream(redis)
    for kind in ("worker", "coordinator"):
        beat(redis, kind, "one", **{number.field: 1 for number in BEAT_NUMBERS if number.kind == kind})
    beat_node(redis)

    async def scrape() -> str:
        client = connect_async(redis_url)
        try:
            page = await Metrics(FarmState(client), ManualClock()).scrape(Headers())
        finally:
            await client.aclose()
        return page.body.decode()

    families = text_string_to_metric_families(asyncio.run(scrape()))
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def expressions() -> list[tuple[str, str]]:
    """Where an expression stands, and the expression."""
    shown = [(panel["title"], target["expr"]) for panel in PANELS for target in panel.get("targets", ())]
    chosen = [(variable["name"], variable["query"]["query"]) for variable in DASHBOARD["templating"]["list"]]
    alerting = [(rule["alert"], rule["expr"]) for rule in RULES]
    scaling = [
        ("KEDA", trigger["metadata"]["query"])
        for trigger in read_yaml("deploy/keda/workers.yml")["spec"]["triggers"]
    ]
    return shown + chosen + alerting + scaling


def test_expressions_use_metrics_and_labels_that_are_exported(exported: dict[str, set[str]]) -> None:
    for place, expression in expressions():
        for name, matchers in _METRIC.findall(expression):
            assert name in exported, f"{place}: nothing exports {name}"
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
            assert labels <= exported[name], f"{place}: {name} has no label {labels - exported[name]}"


def test_legends_name_labels_that_their_series_have(exported: dict[str, set[str]]) -> None:
    for panel in PANELS:
        for target in panel.get("targets", ()):
            by = re.search(r"\bby \(([^)]*)\)", target["expr"])
            name = _METRIC.findall(target["expr"])[0][0]
            there = set(re.split(r",\s*", by[1])) if by else exported[name]
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert named <= there, f"{panel['title']} names {named - there}"


def test_panels_have_their_own_ids_and_do_not_overlap() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        grid = panel["gridPos"]
        columns, rows = range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])
        cells = {(x, y) for x in columns for y in rows}
        assert columns.stop <= 24, f"{panel['title']} is too far to the right"
        assert not cells & taken, f"{panel['title']} covers another panel"
        taken |= cells


def test_every_panel_says_what_it_shows_and_reads_the_source_that_is_provisioned() -> None:
    sources = read_yaml("deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"]
    uids = {source["uid"] for source in sources}
    for panel in PANELS:
        if panel["type"] != "row":
            assert panel["description"]
            assert {target["datasource"]["uid"] for target in panel["targets"]} <= uids


def test_an_alert_says_what_happened_and_what_to_do() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert rule["for"]


@pytest.mark.parametrize(
    "command", [["check", "config", "prometheus.yml"], ["test", "rules", "alerts_test.yml"]], ids=" ".join
)
def test_prometheus_itself_agrees(command: list[str]) -> None:
    result = subprocess.run(
        ["promtool", *command],
        cwd=ROOT / "deploy" / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tried() -> None:
    tried = read("deploy/prometheus/alerts_test.yml")
    assert all(f"alertname: {rule['alert']}" in tried for rule in RULES)
