"""Which encoder node runs a stream: the policy, pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from farm.messages import NodeReport


def free_capacity(report: NodeReport, assigned: Iterable[str]) -> int:
    """How many more streams the node can take; what it runs and what it is to run both count."""
    return report.capacity - len({*report.streams, *assigned})


class Wish(NamedTuple):
    """Where a stream may go, and would rather go."""

    closed: Collection[str] = ()
    """Nodes that it must not go to: those that drain, and those where it failed a moment ago."""
    preferred: str | None = None
    """The node that people named for it."""
    codec: str | None = None
    """The one that it would rather be encoded with."""


ANYWHERE = Wish()


def choose_node(
    stream: str,
    reports: Mapping[str, NodeReport],
    assigned: Mapping[str, Iterable[str]],
    current: str | None = None,
    wish: Wish = ANYWHERE,
) -> str | None:
    """The node that ``stream`` shall run on, None when no node has room.

    A stream stays where it is: at ``current`` while that node lives, else where its process already runs.
    Otherwise the node that was named for it takes it; of those that are not closed and have room the one with
    the codec, with most room, the first by name among equals.
    """
    if current in reports:
        return current
    running = sorted(name for name, report in reports.items() if stream in report.streams)
    if running:
        return running[0]
    room = {
        name: free_capacity(report, assigned.get(name, ()))
        for name, report in reports.items()
        if name not in wish.closed
    }

    def rank(name: str) -> tuple[bool, bool, int, str]:
        lacks_codec = wish.codec is not None and wish.codec not in reports[name].codecs
        return name != wish.preferred, lacks_codec, -room[name], name

    return min((name for name in room if room[name] > 0), key=rank, default=None)
