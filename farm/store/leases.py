"""Leases: at most one coordinator drives a stream, and Redis knows which.

Every lease comes with a *fencing token*, a number that only grows. Whatever its holder writes or orders
carries it, so that a holder that was asleep while its lease ran out can do no harm afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from farm.store import keys
from farm.store.connection import FarmRedis

MOST_FENCE = 1 << 53
"""Fences stay below this: Redis's scripts count in doubles, which know whole numbers up to here. A counter
near its end could never be counted up again."""

# KEYS: lease, fence counter. ARGV: owner, ttl in ms, a number the fence must exceed.
# Answers the fence, 0 when somebody has the lease. A fence is at least the time in ms: so it is above those
# that a Redis gave out in the last second before a crash, or before it was emptied, and knows nothing of.
_ACQUIRE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
local now = redis.call('TIME')
local least = math.max(tonumber(ARGV[3]) + 1, now[1] * 1000 + math.floor(now[2] / 1000))
if fence < least then
  fence = least
  redis.call('SET', KEYS[2], string.format('%.0f', fence))
end
redis.call('SET', KEYS[1], string.format('%.0f', fence) .. ' ' .. ARGV[1], 'PX', ARGV[2])
return fence
"""

# KEYS: leases. ARGV: ttl in ms, then what each must hold. Answers 1 or 0 for each.
_RENEW = """
local kept = {}
for i, key in ipairs(KEYS) do
  kept[i] = 0
  if redis.call('GET', key) == ARGV[i + 1] then kept[i] = redis.call('PEXPIRE', key, ARGV[1]) end
end
return kept
"""

# KEYS: lease. ARGV: what it must hold.
_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

# KEYS: lease, key to write. ARGV: what the lease must hold, value.
_WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""


class Lease(msgspec.Struct, frozen=True):
    """The right to drive ``stream``, as long as it is renewed in time."""

    stream: str
    owner: str
    fence: int

    @classmethod
    def read(cls, stream: str, mark: str) -> Lease | None:
        """The lease that ``mark`` stands for; None when it is none."""
        fence, _, owner = mark.partition(" ")
        return cls(stream, owner, int(fence)) if fence.isdecimal() and owner else None

    @property
    def key(self) -> str:
        """Where it lies in Redis."""
        return keys.lease(self.stream)

    @property
    def mark(self) -> str:
        """What lies there: unlike any other lease's, even one of the same owner."""
        return f"{self.fence} {self.owner}"


class LeaseStore:
    """Gives and ends leases. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, *, ttl_ms: int) -> None:
        self._redis = redis
        self._ttl_ms = ttl_ms
        self._acquire_script = redis.register_script(_ACQUIRE)
        self._renew_script = redis.register_script(_RENEW)
        self._release_script = redis.register_script(_RELEASE)
        self._write_script = redis.register_script(_WRITE)

    def acquire(self, stream: str, owner: str, *, above: int = 0) -> Lease | None:
        """The lease of ``stream`` with a fresh fence higher than ``above``; None when somebody has it.

        ``above`` is a fence seen elsewhere, below MOST_FENCE: Redis may have lost its last second of writing
        in a crash.
        """
        fence = self._acquire_script(keys=[keys.lease(stream), keys.FENCE], args=[owner, self._ttl_ms, above])
        return Lease(stream, owner, int(fence)) if fence else None

    def free(self, streams: Sequence[str]) -> list[str]:
        """Those of ``streams`` whose lease nobody has."""
        if not streams:
            return []
        held = self._redis.mget([keys.lease(stream) for stream in streams])
        return [stream for stream, mark in zip(streams, held, strict=True) if mark is None]

    def renew(self, leases: Sequence[Lease]) -> list[Lease]:
        """Give each a whole term again; those that are still held."""
        if not leases:
            return []
        kept = self._renew_script(
            keys=[lease.key for lease in leases], args=[self._ttl_ms, *(lease.mark for lease in leases)]
        )
        return [lease for lease, held in zip(leases, kept, strict=True) if held]

    def release(self, lease: Lease) -> bool:
        """End it; False when it was lost already."""
        return bool(self._release_script(keys=[lease.key], args=[lease.mark]))

    def write(self, lease: Lease, key: str, value: bytes) -> bool:
        """Set ``key`` if the lease is still held; whether it was."""
        return bool(self._write_script(keys=[lease.key, key], args=[lease.mark, value]))
