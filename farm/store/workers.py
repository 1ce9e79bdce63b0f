"""What workers say of themselves in their heartbeats."""

from __future__ import annotations

import msgspec

from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import lately
from farm.store.reading import readable


class WorkerSign(msgspec.Struct, frozen=True):
    """One worker's heartbeat, as far as the farm decides by it."""

    name: str
    host: str
    pid: int
    processes: int = 1
    """How many frames it can draw at once."""


class WorkerStore:
    """Reads heartbeats. Methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis

    def signs(self) -> list[WorkerSign]:
        """Every worker that beats, by name."""
        names = sorted(lately(self._redis, keys.component("worker:")))
        beats = self._redis.mget([keys.component(f"worker:{name}") for name in names]) if names else []
        return [sign for beat in beats if (sign := readable(beat, WorkerSign)) is not None]
