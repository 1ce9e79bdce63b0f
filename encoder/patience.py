"""How a free stream waits for one frame, as a function of time alone.

A frame is lost with the worker that drew it, or with the message that ordered it. Nothing tells, so what does
not come is ordered again: first after ``again_ns`` without any frame, then after twice as long, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

REMIND_NS = 250_000_000
"""A process that says nothing for a second is taken for dead."""
LONGEST_FACTOR = 8
"""Pauses between two orders grow to so many times the first one."""


class Step(Enum):
    """What to do about a frame that is not here."""

    WAIT = auto()
    REMIND = auto()
    """Say what is wanted, as was said before."""
    ORDER_AGAIN = auto()
    GIVE_UP = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a free stream waits."""

    again_ns: int
    most_orders: int
    """So often a frame is ordered again."""


class Patience:
    """Of the frame that is waited for now. Times are ``monotonic_ns``."""

    def __init__(self, limits: Limits, now_ns: int) -> None:
        self._limits = limits
        self.frame_came(now_ns)

    def frame_came(self, now_ns: int) -> None:
        """The frame came, or another one of those that are wanted: somebody draws."""
        self.orders = 0
        self._ordered_ns = self._said_ns = now_ns

    def step(self, now_ns: int) -> Step:
        """What is due; it counts as done then."""
        pause_ns = self._limits.again_ns * min(1 << self.orders, LONGEST_FACTOR)
        if now_ns - self._ordered_ns >= pause_ns:
            if self.orders == self._limits.most_orders:
                return Step.GIVE_UP
            self.orders += 1
            self._ordered_ns = self._said_ns = now_ns
            return Step.ORDER_AGAIN
        if now_ns - self._said_ns >= REMIND_NS:
            self._said_ns = now_ns
            return Step.REMIND
        return Step.WAIT
