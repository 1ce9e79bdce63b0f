"""Which workers' frames are not wanted any more: those that are blocked and deliver all the same."""

from __future__ import annotations

from collections.abc import Mapping

from farm.workforce import Standing, WorkerState

GRACE_NS = 10_000_000_000
"""A worker hears within seconds that it is blocked, and what it had begun is as good as before."""


class Barring:
    """Who was blocked for how long, on this process's own clock."""

    def __init__(self) -> None:
        self._blocked_ns: dict[str, int] = {}

    def barred(self, standings: Mapping[str, Standing], now_ns: int) -> frozenset[str]:
        """Whose frames to refuse, by what is known at ``now_ns``."""
        blocked = [name for name, each in standings.items() if each.state is WorkerState.BLOCKED]
        self._blocked_ns = {name: self._blocked_ns.get(name, now_ns) for name in blocked}
        return frozenset(name for name, since_ns in self._blocked_ns.items() if now_ns - since_ns >= GRACE_NS)
