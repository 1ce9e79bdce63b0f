"""``framefarm perf memory``: what a whole farm takes while one stream is on air, and whether it grows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from farm.perf.rig import own_farm
from farm.perf.shows.catalogue import SHOWS
from farm.perf.trend import trend

STREAM = "perf-memory"
MARK_MB, MOST_MB = 256, 512
"""What a farm with one stream of 1080p30 is to take, and at the very most."""
_WARM_S = 30
"""So long until decoded pictures are forgotten and sprites are in common."""
_EVERY_S = 5.0


def measure_memory(show: str, *, size: str, fps: int, minutes: float) -> dict[str, Any]:
    """What all processes of a farm with one stream take, in 10^6 bytes, looked at every five seconds.

    ``pss_mb`` is the most; ``written_mb``, by minute, what of it they wrote to. The slope, in MB a minute
    with its standard error, is that of the second half: what is remembered for a while fills up in the
    first. Raises FarmError.
    """
    with own_farm(target_fps=fps, stream_resolution=size) as farm:
        farm.show(STREAM, SHOWS[show](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
        farm.until(lambda: farm.emitted(STREAM) > 0, "the stream is on air", 30)
        farm.settle(STREAM, _WARM_S * fps)
        began_s = time.monotonic()
        points: list[tuple[float, float]] = []
        most_mb = 0.0
        while True:
            shares = farm.memory()
            most_mb = max(most_mb, sum(share.pss_mb for share in shares.values()))
            minute = (time.monotonic() - began_s) / 60
            points.append((minute, sum(share.written_mb for share in shares.values())))
            if minute >= minutes:
                break
            time.sleep(_EVERY_S)
    slope = trend(points[len(points) // 2 :])
    return {
        "show": show,
        "size": size,
        "fps": fps,
        "pss_mb": round(most_mb),
        "mark_mb": MARK_MB,
        "most_mb": MOST_MB,
        "slope_mb_per_min": round(slope.slope, 3),
        "noise_mb_per_min": round(slope.noise, 3),
        "grows": slope.grows(),
        "minutes": minutes,
        "written_mb": [round(mb, 1) for mb in by_minute(points)],
        "processes": {name: share._asdict() for name, share in shares.items()},
    }


def by_minute(points: Sequence[tuple[float, float]]) -> list[float]:
    """The first value of each whole minute of ``points`` (minute, value), which are in their order."""
    firsts: dict[int, float] = {}
    for minute, value in points:
        firsts.setdefault(int(minute), value)
    return list(firsts.values())
