"""What is true of each encoder node, as metrics."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from prometheus_client.core import Metric

from api.realtime.metric_families import gauge
from api.realtime.state import Component, Snapshot
from farm.messages import NodeReport, from_plain

PROCESS_STATES = ("running", "restarting", "stopping", "finished", "failed")
"""As :class:`farm.messages.ProcessReport` names them."""


def node_metrics(snapshot: Snapshot) -> Iterator[Metric]:
    """How many streams each node that reports may run and has, and whether it drains."""
    nodes = [report for component in snapshot.components if (report := _report(component))]
    yield gauge(
        "framefarm_node_capacity",
        "Streams that an encoder node may run",
        ("node",),
        [((node.node,), float(node.capacity)) for node in nodes],
    )
    yield gauge(
        "framefarm_node_streams",
        "Streams of an encoder node, by what their processes do",
        ("node", "state"),
        [((node.node, state), _count(node, state)) for node in nodes for state in PROCESS_STATES],
    )
    yield gauge(
        "framefarm_node_draining",
        "Whether an encoder node takes no new streams and gives away those that it has",
        ("node",),
        [((node.node,), float(node.node in snapshot.draining)) for node in nodes],
    )


def _report(component: Component) -> NodeReport | None:
    """The heartbeat of a node that can be read."""
    if component.kind != "encoder":
        return None
    try:
        return from_plain(component.beat, NodeReport)
    except msgspec.MsgspecError:
        return None


def _count(node: NodeReport, state: str) -> float:
    return float(sum(process.state == state for process in node.streams.values()))
