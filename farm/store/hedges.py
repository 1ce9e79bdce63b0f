"""Which frames were ordered twice: written by the coordinator, read together with the ledger."""

from __future__ import annotations

import redis

from farm.messages import from_pack, to_pack
from farm.store import keys
from farm.store.connection import FarmRedis

KEPT = 1000
EXPIRY_S = 600


def note_hedge(pipe: redis.client.Pipeline, stream: str, epoch: int, frame: int) -> None:
    """Add to ``pipe`` what writes down that ``frame`` was ordered again."""
    key = keys.hedges(stream)
    pipe.lpush(key, to_pack((epoch, frame)))
    pipe.ltrim(key, 0, KEPT - 1)
    pipe.expire(key, EXPIRY_S)


class HedgeStore:
    """Reads them. Methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis

    def frames(self, stream: str) -> set[tuple[int, int]]:
        """The last frames of ``stream`` that were ordered twice: (epoch, frame)."""
        kept = self._redis.lrange(keys.hedges(stream), 0, -1)
        return {from_pack(each, tuple[int, int]) for each in kept if isinstance(each, bytes)}

    def delete(self, stream: str) -> None:
        """Forget all of ``stream``."""
        self._redis.delete(keys.hedges(stream))
