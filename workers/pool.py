"""The size of a worker's pool: between WORKER_MIN and WORKER_MAX, as the load asks.

Grown at once, shrunk after a while of ease: a process costs memory, a frame that waits costs a picture. It is
done by the main process, in the thread that Celery's loop runs in: a child dies with the *thread* that forked
it (prctl(2), PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from celery import bootsteps

from farm.clock import Clock
from farm.log import get_logger
from farm.scaling import processes_wanted
from farm.settings import Settings
from workers.board import Board

LOOK_EVERY_S = 1.0
LOOKS_TO_GROW = 2

_log = get_logger(__name__)


class Look(NamedTuple):
    """What the children did since they were started; see ``Board``. Times are monotonic."""

    at_ns: int
    busy_us: int
    waited_us: int
    awaited: int


class Load(NamedTuple):
    """What they did between two looks."""

    utilisation: float
    queue_wait_ms: float


class Bounds(NamedTuple):
    """How many processes a pool has, at least and at most, and how many looks of ease it takes to end one."""

    low: int
    high: int
    looks_to_shrink: int


class Resolve(NamedTuple):
    """For how many looks in a row more, or fewer, processes were wanted."""

    more: int = 0
    fewer: int = 0


UNDECIDED = Resolve()


def load_between(before: Look, now: Look, processes: int) -> Load:
    """The load of ``processes``. A child that was replaced counts anew from 0, which reads as ease."""
    possible_us = max(1, (now.at_ns - before.at_ns) // 1000 * processes)
    awaited = now.awaited - before.awaited
    waited_us = max(0, now.waited_us - before.waited_us)
    return Load(
        min(1.0, max(0, now.busy_us - before.busy_us) / possible_us),
        waited_us / awaited / 1000 if awaited > 0 else 0.0,
    )


def decide(resolve: Resolve, load: Load, processes: int, bounds: Bounds) -> tuple[Resolve, int]:
    """What to do with a pool of ``processes`` within ``bounds``: the new resolve, and 1, 0 or -1 more."""
    wanted = min(bounds.high, max(bounds.low, processes_wanted(processes, *load)))
    more = resolve.more + 1 if wanted > processes else 0
    fewer = resolve.fewer + 1 if wanted < processes else 0
    if more >= LOOKS_TO_GROW:
        return UNDECIDED, 1
    if fewer >= bounds.looks_to_shrink:
        return UNDECIDED, -1
    return Resolve(more, fewer), 0


def bounds_of(settings: Settings) -> Bounds:
    """Those of a worker with these settings."""
    high = settings.worker_max or settings.worker_concurrency
    low = min(settings.worker_min or settings.worker_concurrency, high)
    return Bounds(low, high, math.ceil(settings.worker_shrink_s / LOOK_EVERY_S))


class PoolScaler:
    """Looks after the pool of one Celery worker."""

    def __init__(self, settings: Settings, board: Board, clock: Clock) -> None:
        self._bounds = bounds_of(settings)
        self._board = board
        self._clock = clock
        self._resolve = UNDECIDED
        self._last = self._look()
        self.processes = min(self._bounds.high, max(self._bounds.low, settings.worker_concurrency))
        """How many draw."""
        self.load = Load(0.0, 0.0)
        """Between the last two looks."""

    def look_after(self, worker: Any) -> None:
        """Measure, and grow or shrink the pool of Celery's ``worker`` by one if it is time."""
        before, self._last = self._last, self._look()
        self.load = load_between(before, self._last, self.processes)
        self._resolve, change = decide(self._resolve, self.load, self.processes, self._bounds)
        if change:
            self._resize(worker, change)

    def sign(self) -> dict[str, float]:
        """What the heartbeat tells of it."""
        return {
            "processes": self.processes,
            "utilisation": round(self.load.utilisation, 3),
            "queue_wait_ms": round(self.load.queue_wait_ms, 2),
        }

    def _look(self) -> Look:
        totals = self._board.totals()
        at_ns = self._clock.monotonic_ns()
        return Look(at_ns, totals["busy_us"], totals["waited_us"], totals["awaited"])

    def _resize(self, worker: Any, change: int) -> None:
        try:
            worker.pool.grow(1) if change > 0 else worker.pool.shrink(1)
        except ValueError:  # all of them draw just now
            return
        self.processes += change
        # Celery takes as many messages at a time.
        worker.max_concurrency = self.processes
        worker.pool.maintain_pool()
        _log.info("pool", processes=self.processes, utilisation=round(self.load.utilisation, 2))


def scaling_step(scaler: PoolScaler) -> type[bootsteps.StartStopStep]:
    """What has Celery's loop call ``scaler``, again each time the loop is begun anew."""

    class Scaling(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
        """See :class:`PoolScaler`."""

        requires = ("celery.worker.components:Hub", "celery.worker.components:Pool")
        _timer: Any = None

        def register_with_event_loop(self, worker: Any, hub: Any) -> None:
            """Called by Celery."""
            if self._timer is not None:
                self._timer.cancel()
            self._timer = hub.call_repeatedly(LOOK_EVERY_S, scaler.look_after, worker)

    return Scaling
