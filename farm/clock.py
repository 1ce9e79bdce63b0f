"""Time as an argument: logic never reads a clock, it is given one.

Two kinds of time, never mixed: ``monotonic_ns`` for everything that waits, paces or expires, and
``wall_ms`` (Unix time in milliseconds) for what people read.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What a part of the farm may know about time."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since an arbitrary start; never goes back. Shared by the processes of one host."""
        ...

    def wall_ms(self) -> int:
        """Unix time in milliseconds; may jump. For logs, schedules and records only."""
        ...

    def sleep_until_ns(self, deadline_ns: int) -> None:
        """Return when ``monotonic_ns() >= deadline_ns``."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic_ns(self) -> int:
        """See :class:`Clock`."""
        return time.monotonic_ns()

    def wall_ms(self) -> int:
        """See :class:`Clock`."""
        return time.time_ns() // 1_000_000

    def sleep_until_ns(self, deadline_ns: int) -> None:
        """See :class:`Clock`."""
        while (left_ns := deadline_ns - time.monotonic_ns()) > 0:
            time.sleep(left_ns / 1e9)


class ManualClock:
    """A clock that moves only when it is told to; sleeping moves it."""

    def __init__(self, monotonic_ns: int = 0, wall_ms: int = 0) -> None:
        self._monotonic_ns = monotonic_ns
        self._wall_ms = wall_ms

    def monotonic_ns(self) -> int:
        """See :class:`Clock`."""
        return self._monotonic_ns

    def wall_ms(self) -> int:
        """See :class:`Clock`."""
        return self._wall_ms

    def sleep_until_ns(self, deadline_ns: int) -> None:
        """Jump to the deadline."""
        self.advance_ns(max(0, deadline_ns - self._monotonic_ns))

    def advance_ns(self, ns: int) -> None:
        """Move both clocks forward by ``ns`` nanoseconds."""
        self._monotonic_ns += ns
        self._wall_ms += ns // 1_000_000
