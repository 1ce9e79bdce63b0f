"""Moving a stream that is on air from one encoder node to another: the policy, pure.

Both nodes have the stream for a moment. The new process begins, in an epoch of its own, and the farm draws
for it from its first credit on. When it ticks, the old one is told to end. A server that takes a second
publisher has both then; one that does not, like the farm's own, refuses the new one until the old one is
gone, and the new one tries again within a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from typing import NamedTuple

from coordinator.placement import Wish, choose_node, free_capacity
from farm.messages import NodeReport

PATIENCE_NS = 10_000_000_000
"""A new process that does not tick after so long is given up, and its node is left alone for a while."""
SHUN_NS = 30_000_000_000


class Move(Enum):
    """What to do next."""

    STAY = auto()
    BEGIN = auto()
    WAIT = auto()
    FINISH = auto()
    """Take the stream from the old node: the new process ticks."""
    ABANDON = auto()
    """Take it from the new node: it shall not go there, or cannot."""


class Sight(NamedTuple):
    """What is to be seen of one stream."""

    wanted: str | None
    """The node that it shall go to; None when it shall stay."""
    under_way: str | None = None
    """The second node that has it."""
    arrived: bool = False
    """The process there ticks."""
    failed: bool = False
    """It gave up, or took too long."""
    others_leave: bool = False
    """Another stream is leaving the same node."""


def next_move(sight: Sight) -> Move:
    """The next step of a move."""
    if sight.under_way is None:
        return Move.BEGIN if sight.wanted is not None and not sight.others_leave else Move.STAY
    if sight.arrived:
        return Move.FINISH
    return Move.ABANDON if sight.failed or sight.under_way != sight.wanted else Move.WAIT


def destination(
    stream: str,
    current: str,
    wish: Wish,
    reports: Mapping[str, NodeReport],
    assigned: Mapping[str, Iterable[str]],
    under_way: str | None = None,
) -> str | None:
    """The node that a stream shall leave ``current`` for, None when it shall stay: the one that was named for
    it, or, when its own is closed, the best of the others. One that it is ``under_way`` to already is
    kept."""
    others = {name: report for name, report in reports.items() if name != current and name not in wish.closed}
    if wish.preferred in others:
        name = wish.preferred
        taken = {*assigned.get(name, ()), *others[name].streams}
        if stream in taken or free_capacity(others[name], assigned.get(name, ())) > 0:
            return name
    if current not in wish.closed:
        return None
    return under_way if under_way in others else choose_node(stream, others, assigned, wish=wish)
