"""Which node runs a stream."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


names = st.sampled_from(["a", "b", "c", "d"])
streams = st.sampled_from(["s", "t", "u", "v", "w"])
farms = st.dictionaries(
    names, st.tuples(st.integers(0, 3), st.frozensets(streams, max_size=3)), max_size=4
).map(lambda nodes: {name: node(name, capacity, *running) for name, (capacity, running) in nodes.items()})
assignments = st.dictionaries(names, st.frozensets(streams, max_size=3), max_size=4)


@given(farms, assignments, st.none() | names, st.randoms(use_true_random=False))
def test_a_choice_has_room_is_the_roomiest_and_does_not_depend_on_any_order(
    reports: dict[str, NodeReport], assigned: dict[str, frozenset[str]], current: str | None, random: Random
) -> None:
    chosen = choose_node("s", reports, assigned, current)
    shuffled = dict(random.sample(list(reports.items()), len(reports)))
    assert choose_node("s", shuffled, assigned, current) == chosen
    room = {name: free_capacity(report, assigned.get(name, ())) for name, report in reports.items()}
    stays = current in reports or any("s" in report.streams for report in reports.values())
    if chosen is None:
        assert not stays
        assert max(room.values(), default=0) <= 0
    elif not stays:
        assert room[chosen] == max(room.values()) > 0


@given(farms, st.lists(streams, unique=True, max_size=5))
def test_streams_placed_one_after_the_other_fill_no_node_beyond_its_capacity(
    reports: dict[str, NodeReport], wanted: list[str]
) -> None:
    empty = {name: node(name, report.capacity) for name, report in reports.items()}
    assigned: dict[str, list[str]] = {name: [] for name in empty}
    for stream in wanted:
        chosen = choose_node(stream, empty, assigned)
        if chosen is not None:
            assigned[chosen].append(stream)
    assert all(len(assigned[name]) <= empty[name].capacity for name in empty)
    room = sum(report.capacity for report in empty.values())
    assert sum(map(len, assigned.values())) == min(len(wanted), room)


@given(farms, assignments, names)
def test_only_streams_whose_node_is_gone_move(
    reports: dict[str, NodeReport], assigned: dict[str, frozenset[str]], lost: str
) -> None:
    alive = {name: report for name, report in reports.items() if name != lost}
    for name in reports:
        for stream in assigned.get(name, ()):
            chosen = choose_node(stream, alive, assigned, current=name)
            assert chosen == name if name != lost else chosen != lost
