"""Which node runs a stream."""

from __future__ import annotations

import pytest

from coordinator.placement import choose_node, free_capacity
from farm.messages import NodeReport, ProcessReport

RUNNING = ProcessReport(1, "running", 0)


def node(name: str, capacity: int, *running: str) -> NodeReport:
    return NodeReport(name, capacity, dict.fromkeys(running, RUNNING))


@pytest.mark.parametrize(
    ("reports", "assigned", "current", "chosen"),
    [
        ([], {}, None, None),
        ([node("a", 2)], {}, None, "a"),
        ([node("a", 2), node("b", 3)], {}, None, "b"),
        ([node("b", 2), node("a", 2)], {}, None, "a"),
        ([node("a", 3, "x", "y"), node("b", 2)], {}, None, "b"),
        ([node("a", 3), node("b", 2)], {"a": ["x", "y"]}, None, "b"),
        ([node("a", 1, "x"), node("b", 1, "y")], {}, None, None),
        ([node("a", 1, "x"), node("b", 9)], {}, "a", "a"),
        ([node("b", 9)], {}, "a", "b"),
        ([node("a", 1, "s"), node("b", 9)], {}, None, "a"),
        ([node("a", 0)], {}, None, None),
    ],
)
def test_the_choice(
    reports: list[NodeReport], assigned: dict[str, list[str]], current: str | None, chosen: str | None
) -> None:
    assert choose_node("s", {report.node: report for report in reports}, assigned, current) == chosen


def test_a_stream_that_is_assigned_and_runs_takes_one_place() -> None:
    assert free_capacity(node("a", 3, "x", "y"), ["x", "z"]) == 0
