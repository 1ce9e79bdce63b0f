"""``framefarm perf dispatch``: what ordering a frame costs the coordinator, with any number of streams and
workers.

The coordinator is the real process and Redis is real; see :mod:`farm.perf.standins` for the rest. Every
number of streams gets a new Redis and a new coordinator. Streams tick at a live rate, so that few streams
mean few frames a second, among which the coordinator's rounds (leases, reconciling, heartbeat) are divided;
what these take before the first tick is told as ``idle_ms_per_s``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from farm.errors import FarmError
from farm.perf.parts import OwnRedis, own_coordinator, own_redis, until
from farm.perf.processes import cpu_ns
from farm.perf.standins import Encoders, Picture, null_workers, put_on_air
from farm.store import keys
from farm.store.connection import connect

STREAMS = (1, 2, 5, 10, 20)
WORKERS = (1, 2, 4, 8, 16, 32, 64)
_UNDER_WAY_S = 15.0
WARM_S = 0.7
"""For so long each number of workers is there before it is measured."""

Cell = dict[str, float]
"""What was measured of one number of streams and workers."""


def measure_dispatch(
    streams: Sequence[int], workers: Sequence[int], *, fps: int, seconds: float, warm_s: float = WARM_S
) -> dict[str, Any]:
    """The coordinator's milliseconds of CPU for each frame that it orders, by streams and workers.

    ``frames_per_s`` is what one core orders in a second: the frames of the last cell by the seconds of CPU
    that they took; ``ordered_per_s`` is what was really ordered there. ``growth`` tells how much dearer a
    frame gets with more streams and with more workers, see :func:`growth`. Raises FarmError.
    """
    cells: dict[str, dict[str, Cell]] = {}
    idle: dict[str, float] = {}
    for count in streams:
        with own_redis() as server, own_coordinator(server.url) as coordinator, connect(server.url) as redis:
            picture = Picture(1920, 1080, fps, {"layers": []})
            names = put_on_air(redis, count, picture)
            leases = [keys.lease(name) for name in names]
            driven = f"{count} streams have a coordinator"
            until(lambda: redis.exists(*leases) == len(leases), driven, _UNDER_WAY_S)  # noqa: B023
            bench = _Bench(server, coordinator, Encoders(server.url, names, picture), warm_s)
            idle[str(count)] = bench.idle_ms_per_s(seconds)
            cells[str(count)] = bench.row(workers, seconds)
    last = cells[str(streams[-1])][str(workers[-1])]
    return {
        "fps": fps,
        "seconds": seconds,
        "frames_per_s": round(1000 / last["cpu_ms"]),
        "ordered_per_s": last["ordered_per_s"],
        "growth": growth(cells),
        "workers_are": "connections that take tasks from the broker (BRPOP) and draw nothing",
        "idle_ms_per_s": idle,
        "cells": cells,
    }


def growth(cells: Mapping[str, Mapping[str, Cell]]) -> dict[str, float]:
    """The dearest number of streams by the first one, and of workers: medians over the other of the two, so
    that one disturbed cell says nothing. 1 where nothing is dearer than the first."""
    rows = [[cell["cpu_ms"] for cell in row.values()] for row in cells.values()]
    by_streams = [statistics.median(row) for row in rows]
    by_workers = [
        statistics.median(cost / row[0] for cost, row in zip(column, rows, strict=True))
        for column in zip(*rows, strict=True)
    ]
    return {"streams": round(max(by_streams) / by_streams[0], 2), "workers": round(max(by_workers), 2)}


class _Totals(NamedTuple):
    """At one moment."""

    at_s: float
    coordinator_ns: int
    redis_ns: int
    ordered: int
    stale: int


class _Bench:
    """One coordinator with its streams."""

    def __init__(self, redis: OwnRedis, coordinator_pid: int, encoders: Encoders, warm_s: float) -> None:
        self._warm_s = warm_s
        self._redis = redis
        self._coordinator_pid = coordinator_pid
        self._encoders = encoders

    def idle_ms_per_s(self, seconds: float) -> float:
        """CPU of the coordinator in a second in which no stream ticks."""
        before = self._totals()
        time.sleep(seconds)
        after = self._totals()
        used_ms = (after.coordinator_ns - before.coordinator_ns) / 1e6
        return round(used_ms / (after.at_s - before.at_s), 2)

    def row(self, workers: Sequence[int], seconds: float) -> dict[str, Cell]:
        """All streams on air, with each number of workers in turn."""
        self._encoders.start()
        try:
            return {str(number): self._cell(number, seconds) for number in workers}
        finally:
            self._encoders.end()

    def _cell(self, workers: int, seconds: float) -> Cell:
        with null_workers(self._redis.url, workers, self._encoders.progress):
            until(self._encoders.all_in_time, "every stream gets its frames in time", _UNDER_WAY_S)
            time.sleep(self._warm_s)
            before = self._totals()
            time.sleep(seconds)
            after = self._totals()
        frames = after.ordered - before.ordered
        if frames == 0:
            raise FarmError("the coordinator ordered nothing")
        return {
            "cpu_ms": round((after.coordinator_ns - before.coordinator_ns) / 1e6 / frames, 3),
            "redis_ms": round((after.redis_ns - before.redis_ns) / 1e6 / frames, 3),
            "ordered_per_s": round(frames / (after.at_s - before.at_s)),
            "late_share": round((after.stale - before.stale) / frames, 4),
        }

    def _totals(self) -> _Totals:
        progress = self._encoders.progress.values()
        return _Totals(
            time.monotonic(),
            cpu_ns(self._coordinator_pid),
            cpu_ns(self._redis.pid),
            sum(each.ordered for each in progress),
            sum(each.stale for each in progress),
        )
