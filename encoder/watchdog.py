"""Finds an encoder process that is alive but no longer ticks: stopped, or dead-locked.

The process counts its ticks in its ring, which costs it nothing, and its node looks at the count. Only time
for which the node itself was awake is held against it: a host that slept, or was too busy, proves nothing.

What merely is busy must not be taken for dead, and a stream is off the air until what is dead is found. So a
process that stands still is looked at more closely: while one of its threads runs, waits for a processor or
waits for a disk (R and D of proc(5)), it is busy, or starved by others, and has STALL_NS. While all of them
sleep or are stopped it has REST_NS: nobody keeps it from ticking but itself, and a tick thread sleeps for a
tick at most. That is eight looks in a row at each of which not one thread wanted to run; a process that
works, however slowly, is seen at work in one of them and begins anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from farm.transport.ring import RING_PREFIX, SHM_DIR, read_emitted

STALL_NS = 1_200_000_000
"""A process that ticked before, and did not for so long or for three of its frames, is stuck."""
REST_NS = 800_000_000
"""One of which no thread wants to run all that time is stuck sooner, but not before three of its frames."""
START_NS = 15_000_000_000
"""How long a new process may take to its first tick."""
_LONGEST_STEP_NS = 250_000_000
"""The most that one look counts for, however long ago the one before it was."""
_AT_WORK = frozenset("RD")


class Patience(NamedTuple):
    """How long a process may stand still."""

    busy_ns: int
    rest_ns: int
    """While all its threads rest."""


def patience(fps: Fraction | None) -> Patience:
    """With a process of ``fps``; with the slowest one when None."""
    frames_ns = int(3_000_000_000 / (fps or Fraction(1)))
    return Patience(max(STALL_NS, frames_ns), max(REST_NS, frames_ns))


def at_rest(pid: int) -> bool:
    """Whether no thread of process ``pid`` runs or wants to; False when that cannot be seen."""
    states = [_state(task) for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    return bool(states) and None not in states and _AT_WORK.isdisjoint(states)


def _state(stat: Path) -> str | None:
    """A thread's state, the field behind its name in parentheses; None when it ended just now."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None


class Watchdog:
    """Watches the tick count of one process."""

    def __init__(self) -> None:
        self._count = -1
        self._still_ns = self._rest_ns = 0
        self._looked_ns: int | None = None

    def look(self, count: int | None, limits: Patience, now_ns: int, rests: Callable[[], bool]) -> bool:
        """Whether the process is stuck, now that its last tick is ``count``; None when there is none to see,
        -1 before the first. ``rests`` says whether it rests, and is asked only when it stands still."""
        waited_ns = 0 if self._looked_ns is None else min(now_ns - self._looked_ns, _LONGEST_STEP_NS)
        self._looked_ns = now_ns
        if count is not None and count != self._count:
            self._count = count
            self._still_ns = self._rest_ns = 0
            return False
        self._still_ns += waited_ns
        if self._count < 0:
            return self._still_ns >= START_NS
        self._rest_ns = self._rest_ns + waited_ns if rests() else 0
        return self._still_ns >= limits.busy_ns or self._rest_ns >= limits.rest_ns


class TickCount:
    """Counts the ticks in the rings that are marked ``ring_label``: of one epoch, or of two while the second
    takes over from the first."""

    def __init__(self, ring_label: str) -> None:
        self._pattern = f"{RING_PREFIX}{ring_label}-*"
        self._paths: tuple[Path, ...] = ()
        self._last: int | None = None

    def read(self) -> int | None:
        """A number that changes with every tick, -1 before the first; None while there is no ring."""
        count = self._sum(self._paths)
        if count is None or count == self._last:
            # A ring is gone, or these stand still: perhaps another one goes on.
            self._paths = tuple(SHM_DIR.glob(self._pattern))
            count = self._sum(self._paths)
        self._last = count
        return count

    @classmethod
    def _sum(cls, paths: tuple[Path, ...]) -> int | None:
        """None when one of them, or all, cannot be read."""
        seen = [cls._read(path) for path in paths]
        ticks = [number + 1 for number in seen if number is not None]
        return sum(ticks) - 1 if ticks and len(ticks) == len(seen) else None

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
