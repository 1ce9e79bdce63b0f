"""Requests for a keyframe, made by outputs that begin or lost something."""

from __future__ import annotations

import threading


class KeyframeRequests:
    """Collects requests of any thread; grants at most one in ``distance`` ticks, so that a destination that
    keeps breaking does not spoil the picture of the others."""

    def __init__(self, distance: int) -> None:
        self._distance = distance
        self._wanted = threading.Event()
        self._last: int | None = None

    def request(self) -> None:
        """Ask for a keyframe soon."""
        self._wanted.set()

    def granted(self, tick: int) -> bool:
        """Whether the picture of ``tick`` is to be a keyframe. The tick thread asks once a tick."""
        if not self._wanted.is_set() or (self._last is not None and tick - self._last < self._distance):
            return False
        self._wanted.clear()
        self._last = tick
        return True
