"""Which encoder node runs a stream: the policy, pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from farm.messages import NodeReport


def free_capacity(report: NodeReport, assigned: Iterable[str]) -> int:
    """How many more streams the node can take; what it runs and what it is to run both count."""
    return report.capacity - len({*report.streams, *assigned})


def choose_node(
    stream: str,
    reports: Mapping[str, NodeReport],
    assigned: Mapping[str, Iterable[str]],
    current: str | None = None,
) -> str | None:
    """The node that ``stream`` shall run on, None when no node has room.

    A stream stays where it is: at ``current`` while that node lives, else where its process already runs.
    Otherwise the node with most room takes it, the first by name among equals.
    """
    if current in reports:
        return current
    running = sorted(name for name, report in reports.items() if stream in report.streams)
    if running:
        return running[0]
    room = {name: free_capacity(report, assigned.get(name, ())) for name, report in reports.items()}
    with_room = sorted((name for name in room if room[name] > 0), key=lambda name: (-room[name], name))
    return with_room[0] if with_room else None
