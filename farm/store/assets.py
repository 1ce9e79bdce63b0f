"""The registry of pictures: records in one hash, the bytes beside it under their addresses.

An asset's id stays; its bytes are immutable and named by their content, so replacing them gives the asset
another address. Scenes are written with addresses, and what draws an older revision still finds its bytes for
RETIRED_S. Counts and sizes are kept in the script that writes, so that no two uploads pass one limit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import msgspec

from farm.characters.files import ZipFiles, is_package
from farm.characters.package import read_package
from farm.clock import Clock
from farm.errors import AssetRefused, NotFound
from farm.fonts.check import check_font
from farm.fonts.sfnt import is_font
from farm.images import ImageInfo, decode_image, inspect_image
from farm.messages import from_json, to_json
from farm.moving_images import frame_times_ms
from farm.settings import Settings
from farm.store import keys
from farm.store.asset_names import entry, ids_named, put_in
from farm.store.connection import FarmRedis, as_text

MAX_ASSETS = 10_000
"""Of all owners together."""

RETIRED_S = 86_400
"""So long the bytes of a picture that was replaced can still be drawn."""

CHARACTER = "CHARACTER"
"""The format of character packages."""

FONTS = frozenset({"TTF", "OTF", "WOFF"})
"""The formats of fonts."""

MAX_TAGS = 20
KEEP = "keep"
"""The tag of what is never deleted as unused."""
_MAX_NAME_CHARS = 200

# KEYS: records, usage, the new bytes, the bytes that they replace, names.
# ARGV: id, record, bytes, owner, the owner's limits (count, bytes), the farm's limit, size before (-1: new),
# seconds that replaced bytes stay, entry of the names. Answers "", or the limit that is reached.
_KEEP = """
local known = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1
local before = tonumber(ARGV[8])
if before < 0 and known then return '' end
if before >= 0 and not known then return 'gone' end
local count = tonumber(redis.call('HGET', KEYS[2], ARGV[4] .. ':count') or '0')
local bytes = tonumber(redis.call('HGET', KEYS[2], ARGV[4] .. ':bytes') or '0')
local grown = string.len(ARGV[3]) - math.max(before, 0)
if before < 0 and count >= tonumber(ARGV[5]) then return 'count' end
if before < 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[7]) then return 'all' end
if bytes + grown > tonumber(ARGV[6]) then return 'bytes' end
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[5], 0, ARGV[10])
redis.call('HSET', KEYS[2], ARGV[4] .. ':bytes', bytes + grown)
if before < 0 then
  redis.call('HSET', KEYS[2], ARGV[4] .. ':count', count + 1)
elseif KEYS[4] ~= KEYS[3] then
  redis.call('EXPIRE', KEYS[4], ARGV[9])
end
return ''
"""

# KEYS: records, usage, the bytes, names. ARGV: id, owner, size, entry of the names.
# Answers 1 when there was such a record.
_FORGET = """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[3])
redis.call('ZREM', KEYS[4], ARGV[4])
for field, by in pairs({[ARGV[2] .. ':count'] = 1, [ARGV[2] .. ':bytes'] = tonumber(ARGV[3])}) do
  local left = tonumber(redis.call('HGET', KEYS[2], field) or '0') - by
  if left > 0 then redis.call('HSET', KEYS[2], field, left) else redis.call('HDEL', KEYS[2], field) end
end
return 1
"""


class AssetRecord(msgspec.Struct, frozen=True):
    """What is known of a picture; ``bytes`` is its size as uploaded, ``content`` the address of its bytes.

    ``frame_ms``: how long each frame of an animation stands, in milliseconds; empty for a still picture.
    ``url`` is where the farm fetched it; empty for what was uploaded.
    """

    id: str
    name: str
    owner: str
    format: str
    width: int
    height: int
    bytes: int
    created_wall_ms: int
    frame_ms: tuple[int, ...] = ()
    content: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    changed_wall_ms: int = 0

    @property
    def address(self) -> str:
        """Under which its bytes lie; the first ones lie under its id."""
        return self.content or self.id

    @property
    def kind(self) -> str:
        """picture, animation, character or font."""
        if self.format == CHARACTER:
            return "character"
        if self.format in FONTS:
            return "font"
        return "animation" if self.frame_ms else "picture"


class AssetStore:
    """Keeps pictures. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock, settings: Settings) -> None:
        self._redis = redis
        self._clock = clock
        self._settings = settings
        self._keep_script = redis.register_script(_KEEP)
        self._forget_script = redis.register_script(_FORGET)

    def put(self, data: bytes, name: str, owner: str, url: str = "") -> AssetRecord:
        """Keep a picture after decoding it once; its record. Raises AssetRefused.

        The id is the SHA-256 of owner and bytes: the same upload twice is one asset, and deleting it
        takes nothing from another owner.
        """
        asset_id, known = self._place(data, owner)
        if known is not None:
            return known
        info, frame_ms = self._examined(data)
        now_ms = self._clock.wall_ms()
        record = AssetRecord(
            id=asset_id,
            name=name[:_MAX_NAME_CHARS],
            owner=owner,
            format=info.format,
            width=info.width,
            height=info.height,
            bytes=len(data),
            created_wall_ms=now_ms,
            frame_ms=frame_ms,
            url=url,
            changed_wall_ms=now_ms,
        )
        self._keep(record, data, before=None)
        return record

    def replace(self, asset_id: str, data: bytes) -> AssetRecord:
        """Put other bytes under an id that stays. Raises NotFound, AssetRefused."""
        before = self.get(asset_id)
        if before.kind in ("character", "font") or is_package(data) or is_font(data):
            raise AssetRefused("only pictures can be replaced; upload the new one, and name it in the layer")
        address = _hashed(before.owner, before.id.encode() + b"\0" + data)
        if address == before.address:
            return before
        info, frame_ms = self._examined(data)
        record = msgspec.structs.replace(
            before,
            format=info.format,
            width=info.width,
            height=info.height,
            bytes=len(data),
            frame_ms=frame_ms,
            content=address,
            changed_wall_ms=self._clock.wall_ms(),
        )
        self._keep(record, data, before=before)
        return record

    def describe(
        self, asset_id: str, *, name: str | None = None, tags: Iterable[str] | None = None
    ) -> AssetRecord:
        """Give a picture another name or other tags. Raises NotFound."""
        record = before = self.get(asset_id)
        if name is not None:
            record = msgspec.structs.replace(record, name=name[:_MAX_NAME_CHARS])
        if tags is not None:
            record = msgspec.structs.replace(record, tags=tuple(dict.fromkeys(tags)))
        with self._redis.pipeline() as pipe:
            pipe.hset(keys.ASSETS, asset_id, to_json(record))
            pipe.zrem(keys.ASSET_NAMES, entry(before.name, asset_id))
            pipe.zadd(keys.ASSET_NAMES, {entry(record.name, asset_id): 0})
            pipe.execute()
        return record

    def announce(self, record: AssetRecord) -> None:
        """Tell workers of a picture that a frame may soon want."""
        self._redis.publish(keys.PICTURES, record.address)

    def usage(self, owner: str) -> tuple[int, int]:
        """How many pictures ``owner`` has, and their bytes together."""
        count, size = self._redis.hmget(keys.ASSET_USAGE, [f"{owner}:count", f"{owner}:bytes"])
        return int(count or 0), int(size or 0)

    def _place(self, data: bytes, owner: str) -> tuple[str, AssetRecord | None]:
        """The id for ``data``, and its record if it is here. An id whose bytes were replaced is taken."""
        salted = data
        while True:
            asset_id = _hashed(owner, salted)
            answer = self._redis.hget(keys.ASSETS, asset_id)
            known = None if answer is None else from_json(answer, AssetRecord)
            if known is None or known.address == asset_id:
                return asset_id, known
            salted = asset_id.encode() + data

    def _examined(self, data: bytes) -> tuple[ImageInfo, tuple[int, ...]]:
        """What a picture, a font or a character's package says of itself, after a whole decode.

        Raises AssetRefused.
        """
        if is_package(data):
            return ImageInfo(CHARACTER, *read_package(ZipFiles(data)).puppet.size), ()
        if is_font(data):
            return ImageInfo(check_font(data, max_bytes=self._settings.asset_max_bytes), 0, 0), ()
        limits = {
            "max_bytes": self._settings.asset_max_bytes,
            "max_pixels": self._settings.asset_max_pixels,
        }
        info = inspect_image(data, **limits)
        decode_image(data, **limits)
        return info, frame_times_ms(data)

    def _keep(self, record: AssetRecord, data: bytes, *, before: AssetRecord | None) -> None:
        most, most_bytes = self._settings.asset_max_count, self._settings.asset_owner_mb * 1_000_000
        old = keys.asset(before.address if before else record.address)
        refused = self._keep_script(
            keys=[keys.ASSETS, keys.ASSET_USAGE, keys.asset(record.address), old, keys.ASSET_NAMES],
            args=[
                record.id,
                to_json(record),
                data,
                record.owner,
                most,
                most_bytes,
                MAX_ASSETS,
                -1 if before is None else before.bytes,
                RETIRED_S,
                entry(record.name, record.id),
            ],
        )
        reason = as_text(refused)
        if reason == "gone":
            raise _missing(record.id)
        if reason:
            told = {
                "count": f"{record.owner!r} has {most} pictures already",
                "bytes": f"the pictures of {record.owner!r} would take more than {most_bytes:,} bytes",
                "all": f"there are {MAX_ASSETS} pictures already",
            }
            raise AssetRefused(f"{told[reason]}; delete some that no scene uses")
        self.announce(record)

    def get(self, asset_id: str) -> AssetRecord:
        """The record of ``asset_id``. Raises NotFound."""
        answer = self._redis.hget(keys.ASSETS, asset_id)
        if answer is None:
            raise _missing(asset_id)
        return from_json(answer, AssetRecord)

    def find(self, wanted: str, owners: Collection[str]) -> AssetRecord:
        """The picture of one of ``owners`` with the id ``wanted``, or else the newest of that name.

        Raises NotFound.
        """
        answer = self._redis.hget(keys.ASSETS, wanted)
        if answer is not None and (record := from_json(answer, AssetRecord)).owner in owners:
            return record
        named = [record for record in self._named(wanted) if record.owner in owners]
        if not named:
            raise _missing(wanted)
        return max(named, key=_age)

    def _named(self, name: str) -> list[AssetRecord]:
        ids = ids_named(self._redis, name)
        answers = self._redis.hmget(keys.ASSETS, ids) if ids else []
        known = [from_json(answer, AssetRecord) for answer in answers if answer is not None]
        if not known:
            known = self.list()
            put_in(self._redis, (entry(record.name, record.id) for record in known))
        return [record for record in known if record.name == name]

    def data(self, address: str) -> bytes:
        """The bytes at ``address``, as uploaded. Raises NotFound."""
        answer = self._redis.get(keys.asset(address))
        if not isinstance(answer, bytes):
            raise _missing(address)
        return answer

    def list(self) -> list[AssetRecord]:
        """Every record, oldest first."""
        records = [from_json(answer, AssetRecord) for answer in self._redis.hvals(keys.ASSETS)]
        return sorted(records, key=_age)

    def delete(self, asset_id: str) -> None:
        """Forget the picture. Raises NotFound."""
        record = self.get(asset_id)
        removed = self._forget_script(
            keys=[keys.ASSETS, keys.ASSET_USAGE, keys.asset(record.address), keys.ASSET_NAMES],
            args=[asset_id, record.owner, record.bytes, entry(record.name, asset_id)],
        )
        if not removed:
            raise _missing(asset_id)


def _age(record: AssetRecord) -> tuple[int, str]:
    return record.created_wall_ms, record.id


def _hashed(owner: str, data: bytes) -> str:
    return hashlib.sha256(owner.encode() + b"\0" + data).hexdigest()


def _missing(asset_id: str) -> NotFound:
    return NotFound(f"there is no picture {asset_id!r}", {"asset": asset_id})
