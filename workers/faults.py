"""Faults on purpose, by settings: to see what a farm does with a worker that is slow, or that sends garbage.

Off unless FAULT_SLOW_MS or FAULT_GARBAGE_PERCENT say otherwise.
"""

from __future__ import annotations

import msgspec

from farm.clock import Clock
from farm.messages import FrameDone
from farm.settings import Settings


class Faults:
    """What goes wrong with the frames of one process."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._slow_ns = settings.fault_slow_ms * 1_000_000
        self._garbage_percent = settings.fault_garbage_percent
        self._clock = clock
        self._spoilt_of_100 = 0

    def dawdle(self) -> None:
        """Take longer over a frame."""
        if self._slow_ns:
            self._clock.sleep_until_ns(self._clock.monotonic_ns() + self._slow_ns)

    def spoil(self, done: FrameDone, width: int) -> FrameDone:
        """The description of a frame, or one whose picture lies outside of the canvas of ``width`` pixels; so
        many in a hundred, spread evenly."""
        self._spoilt_of_100 += self._garbage_percent
        if self._spoilt_of_100 < 100:
            return done
        self._spoilt_of_100 -= 100
        return msgspec.structs.replace(done, rects=((width, 0, 2, 2),))
