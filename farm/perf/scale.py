"""``framefarm perf scale``: frames a second against workers, each on a host of its own.

Hosts are network namespaces, workers are real Celery workers in them, frames come through Redis. A wait
(FAULT_SLOW_MS) stands in for a scene that is heavy to draw: thirty-two workers that really drew would measure
how many cores this machine has, and not whether the farm keeps them all busy. It is long enough that what the
farm itself does for a frame fits into the cores that are here; ``cpu_percent`` tells whether it did.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

import psutil

from farm.errors import FarmError
from farm.perf.collector import Collector, Window
from farm.perf.hosts import Hosts, own_hosts
from farm.perf.parts import OwnRedis, own_coordinator, own_redis, until
from farm.perf.standins import SLOTS, Picture, put_on_air
from farm.store.connection import connect
from farm.store.heartbeats import lately
from farm.store.keys import component

WORKERS = (1, 2, 4, 8, 16, 32)
_SPARE = 3
"""So many frames are under way for each worker, so that none waits for a credit, and none waits until it
expires."""
_PICTURE = Picture(
    320,
    180,
    60,
    {
        "viewport": {"width": 320, "height": 180},
        "background": "#103050",
        "layers": [
            {
                "id": "box",
                "type": "colour",
                "colour": "#38bdf8",
                "size": {"width": 64, "height": 64},
                "position": {"x": 0, "y": 60},
                "animations": [
                    {
                        "property": "position.x",
                        "from": 0,
                        "to": 256,
                        "duration": 4,
                        "loop": True,
                        "yoyo": True,
                        "start": 0,
                    }
                ],
            }
        ],
    },
)
_START_S = 180.0
_WARM_S = 3.0
_FIRST_FRAMES = 3


def measure_scale(workers: Sequence[int], *, wait_ms: int, seconds: float) -> dict[str, Any]:
    """Frames a second with each number of ``workers``, which rise, when a frame takes ``wait_ms`` to draw.

    ``of_linear`` is a worker's share of frames by that of a worker in the first, smallest farm; on top stands
    the least of them. Raises FarmError, also without root.
    """
    steps: list[dict[str, Any]] = []
    with (
        own_hosts() as hosts,
        own_redis(hosts.address) as server,
        own_coordinator(server.url),
        connect(server.url) as redis,
    ):
        streams = put_on_air(redis, -(-_SPARE * workers[-1] // SLOTS), _PICTURE)
        collector = Collector(server.url, streams, _PICTURE)
        collector.start()
        try:
            for count in workers:
                _start_workers(hosts, server, (steps[-1]["workers"] if steps else 0), count, wait_ms)
                until(
                    lambda: len(lately(redis, component("worker:"))) >= count,  # noqa: B023
                    f"{count} workers are up",
                    _START_S,
                    0.5,
                )
                collector.lead = min(SLOTS, -(-_SPARE * count // len(streams)))
                steps.append(_step(collector, count, seconds))
        finally:
            hosts.stop_all()
            collector.end()
        lost = collector.lost()
    one = steps[0]["frames_per_s"] / steps[0]["workers"]
    for step in steps:
        step["of_linear"] = round(step["frames_per_s"] / step["workers"] / one, 3)
    return {
        "wait_ms": wait_ms,
        "seconds": seconds,
        "streams": len(streams),
        "frames_per_s": steps[-1]["frames_per_s"],
        "of_linear": min(step["of_linear"] for step in steps),
        "lost": lost,
        "steps": {str(step.pop("workers")): step for step in steps},
    }


def _start_workers(hosts: Hosts, server: OwnRedis, there: int, wanted: int, wait_ms: int) -> None:
    environment = {
        "REDIS_URL": server.url_elsewhere,
        "FAULT_SLOW_MS": str(wait_ms),
        "LOG_LEVEL": "error",
        # Nothing here is linear algebra, for which numpy would start a thread per core.
        "OPENBLAS_NUM_THREADS": "1",
    }
    for number in range(there + 1, wanted + 1):
        host = hosts.add()
        hosts.start(host, "workers", ["--name", f"{host}-{number}"], environment)


def _step(collector: Collector, workers: int, seconds: float) -> dict[str, Any]:
    """What so many workers do when all of them are busy."""
    collector.look()
    until(lambda: _all_draw(collector.peek(), workers), f"{workers} workers draw", _START_S)
    time.sleep(_WARM_S)
    collector.look()
    busy, began_s = _cpu_s(), time.monotonic()
    time.sleep(seconds)
    window, used = collector.look(), _cpu_s() - busy
    if window.frames < 2:
        raise FarmError(f"{workers} workers drew nothing")
    counts = window.workers.values()
    return {
        "workers": workers,
        "frames_per_s": round(window.frames_per_s(), 2),
        "least": min(counts),
        "most": max(counts),
        "cpu_percent": round(100 * used / (time.monotonic() - began_s) / (os.cpu_count() or 1)),
    }


def _all_draw(seen: Window, workers: int) -> bool:
    """Whether every worker is through with its start."""
    counts = list(seen.workers.values())
    return len(counts) >= workers and min(counts) >= _FIRST_FRAMES


def _cpu_s() -> float:
    """Seconds in which a core of this machine was busy, whoever it worked for."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq + times.steal)
