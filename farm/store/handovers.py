"""Coordinators among themselves: who is there, who drives what, and handing a lease over.

A lease that is handed over keeps its fence: its old holder has given its word that it orders nothing more, so
what is under way stays good, and nothing has to be drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence

from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.leases import Lease

# KEYS: coordinators. ARGV: name, ms after which one that is silent is not there.
_MEET = """
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZADD', KEYS[1], now_ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

# KEYS: lease, coordinators. ARGV: what the lease must hold, what it shall hold, ttl in ms, the channel, what
# to say there, who must be there. Answers 1, or 0 when the lease was lost or the other one has left.
_HAND_OVER = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if not redis.call('ZSCORE', KEYS[2], ARGV[6]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
"""


class HandoverStore:
    """All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, *, ttl_ms: int, silence_ms: int) -> None:
        """``silence_ms``: a coordinator that did not :meth:`meet` for so long is not there."""
        self._redis = redis
        self._ttl_ms = ttl_ms
        self._silence_ms = silence_ms
        self._meet_script = redis.register_script(_MEET)
        self._hand_over_script = redis.register_script(_HAND_OVER)

    def meet(self, name: str) -> list[str]:
        """Say that ``name`` is there; everybody who is."""
        members = self._meet_script(keys=[keys.COORDINATORS], args=[name, self._silence_ms])
        return [as_text(member) for member in members]

    def members(self) -> list[str]:
        """Everybody who was there a moment ago."""
        members = self._redis.execute_command("ZRANGE", keys.COORDINATORS, 0, -1)
        return [as_text(member) for member in members]

    def leave(self, name: str) -> None:
        """Say that ``name`` is not there any more."""
        self._redis.zrem(keys.COORDINATORS, name)

    def on_air(self) -> dict[str, Lease]:
        """The leases of the streams that are wanted on air, but of those that nobody drives."""
        streams = [as_text(stream) for stream in self._redis.hkeys(keys.LIVE)]
        return self.leases(streams)

    def leases(self, streams: Sequence[str]) -> dict[str, Lease]:
        """The lease of each of ``streams`` that somebody drives."""
        if not streams:
            return {}
        marks = self._redis.mget([keys.lease(stream) for stream in streams])
        return {
            stream: lease
            for stream, mark in zip(streams, marks, strict=True)
            if mark is not None and (lease := Lease.read(stream, as_text(mark))) is not None
        }

    def hand_over(self, lease: Lease, to: str) -> bool:
        """Make ``to`` the owner, and tell; False when the lease was lost already, or ``to`` is not there."""
        after = Lease(lease.stream, to, lease.fence)
        word = f"{to} {lease.stream}"
        given = self._hand_over_script(
            keys=[lease.key, keys.COORDINATORS],
            args=[lease.mark, after.mark, self._ttl_ms, keys.HANDOVERS, word, to],
        )
        return bool(given)
