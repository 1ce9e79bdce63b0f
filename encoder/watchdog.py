"""Finds an encoder process that is alive but no longer ticks: stopped, or dead-locked.

The process counts its ticks in its ring, which costs it nothing, and its node looks at the count. Only time
for which the node itself was awake is held against it: a host that slept, or was too busy, proves nothing.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

from farm.transport.ring import RING_PREFIX, SHM_DIR, read_emitted

STALL_NS = 1_200_000_000
"""A process that ticked before, and did not for so long or for three of its frames, is stuck."""
START_NS = 15_000_000_000
"""How long a new process may take to its first tick."""
_LONGEST_STEP_NS = 250_000_000
"""The most that one look counts for, however long ago the one before it was."""


def patience_ns(fps: Fraction | None) -> int:
    """How long a process of ``fps`` may stand still; that of the slowest one when None."""
    return max(STALL_NS, int(3_000_000_000 / (fps or Fraction(1))))


class Watchdog:
    """Watches the tick count of one process."""

    def __init__(self) -> None:
        self._count = -1
        self._still_ns = 0
        self._looked_ns: int | None = None

    def look(self, count: int | None, patience_ns: int, now_ns: int) -> bool:
        """Whether the process is stuck, now that its last tick is ``count``; None when there is none to see,
        -1 before the first."""
        waited_ns = 0 if self._looked_ns is None else min(now_ns - self._looked_ns, _LONGEST_STEP_NS)
        self._looked_ns = now_ns
        self._still_ns += waited_ns
        if count is not None and count != self._count:
            self._count = count
            self._still_ns = 0
        return self._still_ns >= (patience_ns if self._count >= 0 else START_NS)


class TickCount:
    """Reads the number of the last tick out of the rings that are marked ``ring_label``."""

    def __init__(self, ring_label: str) -> None:
        self._pattern = f"{RING_PREFIX}{ring_label}-*"
        self._path: Path | None = None

    def read(self) -> int | None:
        """The last tick's number; None while there is no ring."""
        count = self._read(self._path) if self._path is not None else None
        if count is None:
            # None yet, or a new epoch began: of two, the one that goes on is further.
            paths = SHM_DIR.glob(self._pattern)
            found = [(seen, path) for path in paths if (seen := self._read(path)) is not None]
            count, self._path = max(found, default=(None, None))
        return count

    @staticmethod
    def _read(path: Path) -> int | None:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            return read_emitted(fd)
        finally:
            os.close(fd)
