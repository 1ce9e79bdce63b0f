"""Heartbeats, and the index by which they are found without a walk through all keys.

A process writes what it says of itself at a key that expires, and with it the moment into the index, in one
step. So an emptied Redis holds everybody again after one beat of each, and nobody who died stays for long.
The moments are of Redis's own clock: hosts' clocks are never compared.
"""

from __future__ import annotations

from farm.store import keys
from farm.store.connection import FarmRedis, as_text

KEPT_MS = 600_000
"""So long the index knows a process that beats no more: longer than any beat lives, whatever steps the
clock of Redis's host makes, and what bounds the index."""

Command = tuple[str | bytes | int, ...]

# KEYS: heartbeat, index. ARGV: what it says, its life in ms, how long the index keeps it in ms.
_BEAT = """
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now_ms, KEYS[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now_ms - ARGV[3])
"""

# KEYS: heartbeat, index.
_END = """
redis.call('ZREM', KEYS[2], KEYS[1])
return redis.call('DEL', KEYS[1])
"""


def beat_command(key: str, content: bytes, expires_ms: int) -> Command:
    """The Redis command that says ``content`` at ``key`` for ``expires_ms``, for either kind of client."""
    return ("EVAL", _BEAT, 2, key, keys.HEARTBEATS, content, expires_ms, KEPT_MS)


def end_command(key: str) -> Command:
    """The Redis command that takes the heartbeat at ``key`` back."""
    return ("EVAL", _END, 2, key, keys.HEARTBEATS)


def beat(redis: FarmRedis, key: str, content: bytes, *, expires_ms: int) -> None:
    """Say ``content`` at ``key``, :func:`farm.store.keys.node`'s or ``component``'s, for ``expires_ms``.

    Raises StoreUnavailable.
    """
    redis.execute_command(*beat_command(key, content, expires_ms))


def end_beat(redis: FarmRedis, key: str) -> None:
    """Take the heartbeat at ``key`` back: the process ends. Raises StoreUnavailable."""
    redis.execute_command(*end_command(key))


def lately(redis: FarmRedis, prefix: str) -> list[str]:
    """The rest of each heartbeat's key that begins with ``prefix``; it may have expired.

    Raises StoreUnavailable.
    """
    found = map(as_text, redis.execute_command("ZRANGE", keys.HEARTBEATS, 0, -1))
    return [key.removeprefix(prefix) for key in found if key.startswith(prefix)]
