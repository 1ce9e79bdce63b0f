"""The environment of what is measured: that of the caller, without what ties it to a farm of theirs."""

from __future__ import annotations

import os
from collections.abc import Mapping

PLACES = frozenset(
    {
        *("HOST", "PORT", "WS_PORT", "METRICS_PORT", "HEALTH_PORT", "FLOWER_PORT"),
        *("RTMP_HOST", "RTMP_PORT", "RTMP_STAT_PORT"),
        *("REDIS_URL", "REDIS_PORT", "REDIS_BIND", "REDIS_PASSWORD"),
        *("STATE_DIR", "FORK_SERVER", "ADMIN_TOKEN", "FLOWER_PASSWORD", "NODE_NAME"),
        *("ASSET_DIR", "RASTER_SHARE_DIR", "RASTER_CACHE_DIR"),
    }
)
"""The settings that say where a farm is, and who may enter; all others say how it works, and are measured."""


def apart_from_others(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """``environment`` without PLACES: with somebody's REDIS_URL, workers that are to be measured would draw
    for a farm that is on air, and its workers for the measurement."""
    return {name: value for name, value in environment.items() if name not in PLACES}
