"""Streams that have no record although they may tick: deleted, or lost by Redis a moment ago."""

from __future__ import annotations

from collections.abc import Collection

from coordinator.pulse import Pulse
from farm.clock import Clock

GRACE_NS = 1_500_000_000
"""A ticking stream whose record is missing is left alone for so long."""


class Unrecorded:
    """Since when their records are missing."""

    def __init__(self, pulse: Pulse, clock: Clock) -> None:
        self._pulse = pulse
        self._clock = clock
        self._since_ns: dict[str, int] = {}

    def may_be_put_back(self, stream: str, *, recorded: bool) -> bool:
        """Whether its record is missing although its process may tick, and has been for a moment only: Redis
        may have lost it just now. A stream that is being deleted waits for that moment."""
        now_ns = self._clock.monotonic_ns()
        if recorded or self._pulse.silent(stream, now_ns):
            self._since_ns.pop(stream, None)
            return False
        return now_ns - self._since_ns.setdefault(stream, now_ns) < GRACE_NS

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of other streams."""
        for stream in self._since_ns.keys() - set(streams):
            del self._since_ns[stream]
