"""What each layer of a picture cost to draw, for the ledger."""

from __future__ import annotations

from collections.abc import Callable

LEAST_MS = 0.05
"""Layers that took less are not worth a word."""


def _timeless() -> int:
    return 0


class LayerCosts:
    """A stopwatch with a dial for each layer; ``now_ns`` is a monotonic clock, none measures nothing."""

    def __init__(self, now_ns: Callable[[], int] = _timeless) -> None:
        self.now_ns = now_ns
        self._spent_ns: dict[str, int] = {}

    def begin(self) -> None:
        """A new picture."""
        self._spent_ns.clear()

    def add(self, layer: str, since_ns: int) -> int:
        """Charge ``layer`` with the time from ``since_ns`` to now; now."""
        now_ns = self.now_ns()
        self._spent_ns[layer] = self._spent_ns.get(layer, 0) + now_ns - since_ns
        return now_ns

    def most(self, count: int) -> tuple[tuple[str, float], ...]:
        """(layer id, milliseconds) of the ``count`` most expensive, the most expensive first."""
        spent = [(layer, round(ns / 1e6, 3)) for layer, ns in self._spent_ns.items() if ns >= LEAST_MS * 1e6]
        return tuple(sorted(spent, key=lambda cost: -cost[1])[:count])
