"""Pictures of live feeds: bytes under the address of their content, gone soon after they are overtaken.

They lie where the bytes of assets lie, so that workers find both in one way. What one stream keeps is
bounded: of pictures that were overtaken the oldest go first, long before that they go by their age.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from farm.clock import Clock
from farm.errors import AssetRefused
from farm.images import check_picture
from farm.settings import Settings
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.snapshots import FeedEntry, Snapshot

MAX_FEEDS = 16
"""Of one stream."""

KEPT_MS = 10_000
"""So long an overtaken picture is kept, for frames that were ordered before."""

CURRENT_TTL_S = 86_400
"""A picture that nothing overtakes goes after this; who shows one for longer uploads it."""

# KEYS: what the stream keeps, the new picture. ARGV: its address, its bytes, now (ms), how many bytes the
# stream may keep, how long overtaken ones are kept (ms), seconds to live, the address that it overtakes, then
# the current addresses of other feeds. Answers the addresses that have to go.
_PUT = """
local current = {[ARGV[1]] = true}
for i = 8, #ARGV do current[ARGV[i]] = true end
local now, limit, kept = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[6])
redis.call('HSET', KEYS[1], ARGV[1], string.len(ARGV[2]) .. ' ' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
local before = redis.call('HGET', KEYS[1], ARGV[7])
if before and ARGV[7] ~= ARGV[1] then
  redis.call('HSET', KEYS[1], ARGV[7], string.match(before, '%d+') .. ' ' .. ARGV[3])
end
local rows, gone, total = {}, {}, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local size, at = string.match(all[i + 1], '(%d+) (%d+)')
  size, at = tonumber(size), tonumber(at)
  if not current[all[i]] and now - at > kept then
    gone[#gone + 1] = all[i]
  else
    total = total + size
    if not current[all[i]] then rows[#rows + 1] = {at, all[i], size} end
  end
end
table.sort(rows, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
for _, row in ipairs(rows) do
  if total <= limit then break end
  gone[#gone + 1] = row[2]
  total = total - row[3]
end
for _, address in ipairs(gone) do redis.call('HDEL', KEYS[1], address) end
return gone
"""


class FeedStore:
    """Keeps the pictures of streams' feeds. All methods raise StoreUnavailable."""

    def __init__(self, redis: FarmRedis, clock: Clock, settings: Settings) -> None:
        self._redis = redis
        self._clock = clock
        self._settings = settings
        self._put_script = redis.register_script(_PUT)

    def put(self, stream: str, data: bytes, shown: Snapshot, name: str) -> FeedEntry:
        """Keep a picture of the feed ``name`` beside those that ``shown`` shows. Its entry has no snapshot
        yet. Raises AssetRefused."""
        info = check_picture(
            data, max_bytes=self._settings.asset_max_bytes, max_pixels=self._settings.asset_max_pixels
        )
        others = {known: entry for known, entry in shown.feeds.items() if known != name}
        if len(others) >= MAX_FEEDS:
            raise AssetRefused(f"the stream has {MAX_FEEDS} feeds already; delete one first")
        limit = self._settings.feed_store_mb * 1_000_000
        if sum(entry.bytes for entry in others.values()) + len(data) > limit:
            raise AssetRefused(f"the feeds' pictures would take more than {limit:,} bytes; make them smaller")
        address = _address(stream, data)
        before = shown.feeds[name].address if name in shown.feeds else ""
        self._keep(stream, data, address, [before, *(entry.address for entry in others.values())])
        return FeedEntry(0, address, info.width, info.height, len(data), self._clock.wall_ms())

    def delete(self, stream: str) -> None:
        """Forget all pictures of the stream's feeds."""
        addresses = [as_text(address) for address in self._redis.hkeys(keys.feed_pictures(stream))]
        self._redis.delete(keys.feed_pictures(stream), *map(keys.asset, addresses))

    def _keep(self, stream: str, data: bytes, address: str, known: Sequence[str]) -> None:
        """``known`` are the address that is overtaken, then those of other feeds."""
        gone = self._put_script(
            keys=[keys.feed_pictures(stream), keys.asset(address)],
            args=[
                address,
                data,
                self._clock.wall_ms(),
                self._settings.feed_store_mb * 1_000_000,
                KEPT_MS,
                CURRENT_TTL_S,
                *known,
            ],
        )
        self._redis.publish(keys.PICTURES, address)
        if gone:
            self._redis.delete(*(keys.asset(as_text(outdated)) for outdated in gone))


def _address(stream: str, data: bytes) -> str:
    """Of a stream's own, so that one never takes another's picture away."""
    return f"feed-{hashlib.sha256(stream.encode() + bytes(1) + data).hexdigest()[:48]}"
