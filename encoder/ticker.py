"""The output clock: tick n falls n / fps after the epoch's start, exactly.

Deadlines are computed from n by integers, so nothing adds up over days. A process that was stopped or starved
emits what it missed at once; n never skips.
"""

from __future__ import annotations

from fractions import Fraction

from farm.clock import Clock


class Ticker:
    """Counts the ticks of one epoch, whose ``first`` one falls at ``start_ns`` of ``clock``."""

    def __init__(self, clock: Clock, fps: Fraction, start_ns: int, first: int = 0) -> None:
        self._clock = clock
        self._fps = fps
        self._start_ns = start_ns
        self._first = self._next = first

    def deadline_ns(self, tick: int) -> int:
        """When ``tick`` falls, rounded down to a nanosecond."""
        ticks = tick - self._first
        return self._start_ns + ticks * 1_000_000_000 * self._fps.denominator // self._fps.numerator

    def wait(self) -> int:
        """Return the next tick's number when its time has come, at once if that is past."""
        tick = self._next
        self._clock.sleep_until_ns(self.deadline_ns(tick))
        self._next = tick + 1
        return tick
