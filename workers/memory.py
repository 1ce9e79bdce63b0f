"""Whether a process that draws has grown too large, looked at now and then.

Its proportional set size counts (PSS, proc(5)): children share most of what they were forked with, and what
is shared is not freed by replacing one of them. That figure takes the kernel a millisecond, so the resident
size, which is never smaller, is asked first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from farm.clock import Clock

EVERY_NS = 2_000_000_000
"""So often it is looked at: a process that is too large from its first frame on is replaced no more often."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """What of this process lies in memory, shared or not."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


def proportional_bytes() -> int:
    """The same, with each shared page divided by those who share it."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


class MemoryLimit:
    """Watches this process. ``limit_bytes`` of 0 is none."""

    def __init__(
        self,
        limit_bytes: int,
        clock: Clock,
        *,
        at_most: Callable[[], int] = resident_bytes,
        measure: Callable[[], int] = proportional_bytes,
    ) -> None:
        self._limit = limit_bytes
        self._clock = clock
        self._at_most = at_most
        self._measure = measure
        self._looked_ns = clock.monotonic_ns()
        self.size_bytes = 0
        """What was measured last."""

    def exceeded(self) -> bool:
        """Whether the process is too large; False between two looks."""
        now_ns = self._clock.monotonic_ns()
        if not self._limit or now_ns - self._looked_ns < EVERY_NS:
            return False
        self._looked_ns = now_ns
        if self._at_most() <= self._limit:
            return False
        self.size_bytes = self._measure()
        return self.size_bytes > self._limit
