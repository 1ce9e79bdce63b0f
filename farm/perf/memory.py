"""``framefarm perf memory``: what a whole farm takes while one stream is on air, and whether it grows."""

from __future__ import annotations

import time
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
    """PSS of all processes of a farm with one stream, in 10^6 bytes: the most, and the slope of what is
    measured every five seconds with its standard error, in MB a minute. Raises FarmError."""
    with own_farm(target_fps=fps, stream_resolution=size) as farm:
        farm.show(STREAM, SHOWS[show](), {"STREAM_RESOLUTION": size, "TARGET_FPS": fps})
        farm.until(lambda: farm.emitted(STREAM) > 0, "the stream is on air", 30)
        farm.settle(STREAM, _WARM_S * fps)
        began_s = time.monotonic()
        points: list[tuple[float, float]] = []
        while True:
            shares = farm.memory()
            total_mb = sum(share.pss_mb for share in shares.values())
            points.append((time.monotonic() - began_s, total_mb))
            if points[-1][0] >= minutes * 60:
                break
            time.sleep(_EVERY_S)
    slope = trend([(second / 60, mb) for second, mb in points])
    return {
        "show": show,
        "size": size,
        "fps": fps,
        "pss_mb": round(max(mb for _, mb in points)),
        "mark_mb": MARK_MB,
        "most_mb": MOST_MB,
        "slope_mb_per_min": round(slope.slope, 3),
        "noise_mb_per_min": round(slope.noise, 3),
        "grows": slope.grows(),
        "minutes": minutes,
        "processes": {name: share._asdict() for name, share in shares.items()},
    }
