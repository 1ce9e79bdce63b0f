"""Stream keys: who may publish to the farm's own RTMP server, and under which name.

A key belongs to one stream and allows to publish under that stream's name, or under the key itself as
broadcasting programs do. A key carries its own id, so that checking one is a single lookup and a comparison
in constant time. Besides the keys that users make, a stream that publishes to the farm's own server has an
internal one: never listed, not revocable, gone with the stream.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import msgspec

from farm.clock import Clock
from farm.errors import Conflict, NotFound
from farm.messages import from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text

MAX_KEYS_PER_STREAM = 20
_KEY = re.compile(r"ffk_([0-9a-f]{16})[A-Za-z0-9_-]{32}")

# KEYS: stream keys. ARGV: key id, record. Answers the record that was there first.
_KEEP_FIRST = """
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1], ARGV[1])
"""

# KEYS: stream keys. ARGV: key id, record. A key that was revoked meanwhile stays revoked.
_TOUCH = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""


class StreamKey(msgspec.Struct, frozen=True):
    """One key. ``key`` is a secret."""

    id: str
    key: str
    stream: str
    created_wall_ms: int
    last_used_wall_ms: int | None = None
    internal: bool = False


class StreamKeyStore:
    """Keeps stream keys. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._keep_script = redis.register_script(_KEEP_FIRST)
        self._touch_script = redis.register_script(_TOUCH)

    def create(self, stream: str) -> StreamKey:
        """A new key of ``stream``. Raises Conflict when it has MAX_KEYS_PER_STREAM already."""
        if len(self.of(stream)) >= MAX_KEYS_PER_STREAM:
            raise Conflict(
                f"stream {stream!r} has {MAX_KEYS_PER_STREAM} keys already; delete one first",
                {"stream": stream, "limit": MAX_KEYS_PER_STREAM},
            )
        record = self._new(secrets.token_hex(8), stream, internal=False)
        self._redis.hset(keys.STREAM_KEYS, record.id, to_json(record))
        return record

    def internal(self, stream: str) -> StreamKey:
        """The key with which the farm itself publishes ``stream``; made when it is first asked for."""
        key_id = hashlib.sha256(stream.encode()).hexdigest()[:16]
        record = self._new(key_id, stream, internal=True)
        kept = as_text(self._keep_script(keys=[keys.STREAM_KEYS], args=[key_id, to_json(record)]))
        return from_json(kept, StreamKey)

    def of(self, stream: str) -> list[StreamKey]:
        """The keys that users made for ``stream``, oldest first."""
        mine = [key for key in self._all() if key.stream == stream and not key.internal]
        return sorted(mine, key=lambda key: (key.created_wall_ms, key.id))

    def delete(self, stream: str, key_id: str) -> None:
        """Revoke a key. Raises NotFound for one that is not ``stream``'s, or internal."""
        if not any(key.id == key_id for key in self.of(stream)):
            raise NotFound(f"stream {stream!r} has no key {key_id!r}", {"stream": stream, "key": key_id})
        self._redis.hdel(keys.STREAM_KEYS, key_id)

    def delete_all(self, stream: str) -> None:
        """Revoke every key of ``stream``, the internal one as well."""
        if doomed := [key.id for key in self._all() if key.stream == stream]:
            self._redis.hdel(keys.STREAM_KEYS, *doomed)

    def use(self, name: str, key: str | None) -> bool:
        """Whether somebody may publish under ``name`` with ``key``, or with ``name`` as the key; if so, it
        counts as used now."""
        record = self._find(key or name)
        if record is None or name not in (record.stream, record.key):
            return False
        used = msgspec.structs.replace(record, last_used_wall_ms=self._clock.wall_ms())
        self._touch_script(keys=[keys.STREAM_KEYS], args=[record.id, to_json(used)])
        return True

    def _find(self, key: str) -> StreamKey | None:
        match = _KEY.fullmatch(key)
        data = self._redis.hget(keys.STREAM_KEYS, match[1]) if match else None
        if data is None:
            return None
        record = from_json(as_text(data), StreamKey)
        return record if hmac.compare_digest(record.key.encode(), key.encode()) else None

    def _all(self) -> list[StreamKey]:
        return [from_json(as_text(data), StreamKey) for data in self._redis.hvals(keys.STREAM_KEYS)]

    def _new(self, key_id: str, stream: str, *, internal: bool) -> StreamKey:
        key = f"ffk_{key_id}{secrets.token_urlsafe(24)}"
        return StreamKey(key_id, key, stream, self._clock.wall_ms(), internal=internal)
