"""``framefarm perf memory``: what a whole farm takes while one stream is on air, and whether it grows."""

from __future__ import annotations

import time
from typing import Any

from farm.perf.rig import own_farm
from farm.perf.shows.catalogue import SHOWS

STREAM = "perf-memory"
_WARM_S = 10
_EVERY_S = 5.0


def measure_memory(show: str, *, size: str, fps: int, minutes: float) -> dict[str, Any]:
    """PSS of all processes of a farm with one stream, in 10^6 bytes; its slope in MB an hour, fitted to what
    was measured every five seconds (least squares). Raises FarmError."""
    with own_farm(target_fps=fps, stream_resolution=size) as farm:
        farm.show(STREAM, SHOWS[show](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
        farm.until(lambda: farm.emitted(STREAM) > 0, "the stream is on air", 30)
        farm.settle(STREAM, _WARM_S * fps)
        began_s = time.monotonic()
        points: list[tuple[float, float]] = []
        while True:
            sizes = farm.pss_mb()
            points.append((time.monotonic() - began_s, sum(sizes.values())))
            if points[-1][0] >= minutes * 60:
                break
            time.sleep(_EVERY_S)
    return {
        "show": show,
        "size": size,
        "fps": fps,
        "pss_mb": round(max(mb for _, mb in points)),
        "slope_mb_per_hour": round(3600 * _slope(points), 1),
        "minutes": minutes,
        "processes": sizes,
    }


def _slope(points: list[tuple[float, float]]) -> float:
    """Of the line through ``points`` with the least squares; 0 for fewer than three."""
    if len(points) < 3:
        return 0.0
    mean_s = sum(second for second, _ in points) / len(points)
    mean_mb = sum(mb for _, mb in points) / len(points)
    spread = sum((second - mean_s) ** 2 for second, _ in points)
    return sum((second - mean_s) * (mb - mean_mb) for second, mb in points) / spread
