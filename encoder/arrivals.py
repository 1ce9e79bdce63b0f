"""Which frames that were asked for are here, and how long each took: by it the coordinator sees what is late.

Belongs to the tick thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

MOST_UNTOLD = 32
"""Arrivals that wait to be told; of more the oldest are forgotten."""
_MOST_MS = 10_000.0
"""A time that is longer, or negative, comes from two hosts' clocks."""


class Arrivals:
    """The arrivals of one epoch. ``asked_ns`` says when a frame was asked for, None when that was never."""

    def __init__(self, asked_ns: Callable[[int], int | None]) -> None:
        self._asked_ns = asked_ns
        self._looked_ns = 0
        self._here: set[int] = set()
        self._untold_ms: deque[float] = deque(maxlen=MOST_UNTOLD)

    def looked(self, now_ns: int) -> None:
        """All that came until ``now_ns`` is being collected."""
        self._looked_ns = now_ns

    def came(self, frame: int, ready_ns: int) -> None:
        """``frame`` was taken; it was delivered at ``ready_ns``."""
        asked_ns = self._asked_ns(frame)
        if asked_ns is not None and frame not in self._here:
            took_ms = (ready_ns - asked_ns) / 1e6
            if 0 <= took_ms <= _MOST_MS:
                self._untold_ms.append(round(took_ms, 2))
        self._here.add(frame)

    def take_ms(self) -> tuple[float, ...]:
        """How long each frame took that came since the last call, from being asked for to being there."""
        told = tuple(self._untold_ms)
        self._untold_ms.clear()
        return told

    def absent(self, emitted: int, upto: int) -> tuple[tuple[int, float], ...]:
        """The frames ``emitted + 1 .. upto`` that had been asked for when somebody looked last, and were not
        there: each with the ms that it had been awaited for then."""
        self._here = {frame for frame in self._here if frame > emitted}
        found = []
        for frame in range(emitted + 1, upto + 1):
            asked_ns = self._asked_ns(frame)
            if frame not in self._here and asked_ns is not None and asked_ns < self._looked_ns:
                found.append((frame, round((self._looked_ns - asked_ns) / 1e6, 2)))
        return tuple(found)
