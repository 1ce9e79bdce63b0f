"""Workers as Redis shows them: their heartbeats, and what the farm lets each of them do."""

from __future__ import annotations

from collections.abc import Mapping

from farm.messages import to_json
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.heartbeats import lately
from farm.store.reading import readable
from farm.workforce import Standing, WorkerSign

KEPT_S = 1200
TURN_MS = 3_000

# KEYS: who judges. ARGV: who asks, for how many ms. Answers 1 when it is that one's turn.
_TAKE_TURN = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""


class WorkerStore:
    """Methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._take_turn = redis.register_script(_TAKE_TURN)

    def signs(self) -> list[WorkerSign]:
        """Every worker that beats, by name."""
        names = sorted(lately(self._redis, keys.component("worker:")))
        beats = self._redis.mget([keys.component(f"worker:{name}") for name in names]) if names else []
        return [sign for beat in beats if (sign := readable(beat, WorkerSign)) is not None]

    def standings(self) -> dict[str, Standing]:
        """Every worker that is not simply working."""
        return readable(self._redis.get(keys.STANDINGS), dict[str, Standing]) or {}

    def keep(self, standings: Mapping[str, Standing]) -> None:
        """Replace the standings of all workers."""
        if standings:
            self._redis.set(keys.STANDINGS, to_json(standings), ex=KEPT_S)
        else:
            self._redis.delete(keys.STANDINGS)

    def take_turn(self, coordinator: str) -> bool:
        """Whether ``coordinator`` is the one that judges workers for the next TURN_MS: no other does then."""
        return bool(self._take_turn(keys=[keys.WARD], args=[coordinator, TURN_MS]))
