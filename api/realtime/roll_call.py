"""Who was here: processes that stopped reporting are shown as down for a while, so that alerts can fire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from api.realtime.state import Component
from farm.clock import Clock

REMEMBERED_NS = 600 * 1_000_000_000
MAX_REMEMBERED = 1000


class Presence(NamedTuple):
    """Whether a process is there."""

    kind: str
    name: str
    up: bool


class RollCall:
    """Remembers the processes that it saw within ten minutes, a thousand of them at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen_ns: dict[tuple[str, str], int] = {}

    def take(self, components: Iterable[Component]) -> list[Presence]:
        """Who of those ever seen is among ``components`` now, by kind and name."""
        now_ns = self._clock.monotonic_ns()
        here = {(component.kind, component.name) for component in components}
        seen = {**self._seen_ns, **dict.fromkeys(here, now_ns)}
        newest = sorted(seen.items(), key=lambda item: item[1], reverse=True)[:MAX_REMEMBERED]
        self._seen_ns = {who: at_ns for who, at_ns in newest if now_ns - at_ns <= REMEMBERED_NS}
        return [Presence(*who, up=who in here) for who in sorted(self._seen_ns)]
