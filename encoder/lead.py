"""How many frames the farm is asked for in advance: a jitter buffer that adapts.

A picture that missed its tick costs viewers a visible stutter, one frame more of lead costs 1 / fps of delay.
So the lead grows at once and shrinks slowly, and more slowly still after a shrinking that was a mistake.
Before the first such mistake it shrinks sooner: what a stream misses while its layers are drawn for the first
time says little.
Time is counted in ticks.
"""

from __future__ import annotations

from fractions import Fraction

START_FRAMES = 3
SPARE_FRAMES = 2
"""Frames that lay ready at every tick of a calm time before one frame less is asked for."""
FIRST_CALM_S, CALM_S, CALM_MAX_S = 1, 5, 80


class Lead:
    """``frames`` lies in ``low..high`` always; a ``high`` of the ring's slots keeps two frames that are under
    way from sharing a slot."""

    def __init__(self, low: int, high: int, fps: Fraction) -> None:
        self.low = min(low, high)
        self.high = high
        self.frames = max(self.low, min(START_FRAMES, high))
        self._calm_min = max(1, int(CALM_S * fps))
        self._calm_max = max(1, int(CALM_MAX_S * fps))
        self._calm = max(1, int(FIRST_CALM_S * fps))
        self._calm_since = 0
        self._deaf_until = -1
        self._shrunk_at: int | None = None

    def observe(self, tick: int, *, missed: bool, ready: int) -> None:
        """Tick ``tick`` went by: whether its frame was not there, and how many of the next ones are here."""
        if missed:
            self._grow(tick)
        elif ready < min(SPARE_FRAMES, self.frames - 1):
            self._calm_since = tick + 1
        elif ready < SPARE_FRAMES or self.frames == self.low:
            return
        elif tick + 1 - self._calm_since >= self._calm:
            self.frames -= 1
            self._shrunk_at = tick
            self._calm_since = tick + 1
            if self._calm > self._calm_min:
                self._calm = max(self._calm_min, self._calm // 2)

    def go_on(self, first: int) -> None:
        """The first tick of the epoch is ``first``."""
        self._calm_since = first

    def lean(self) -> None:
        """Ask for as many frames ahead as may be asked for."""
        self.frames = self.high

    def _grow(self, tick: int) -> None:
        self._calm_since = tick + 1
        if tick <= self._deaf_until:
            return
        if self._shrunk_at is not None and tick - self._shrunk_at <= self._calm_min:
            self._calm = min(self._calm_max, 4 * max(self._calm_min, self._calm))
        self._shrunk_at = None
        self.frames = min(self.high, self.frames + 1)
        # What is under way was asked for with the old lead: its misses say nothing of the new one.
        self._deaf_until = tick + self.frames
