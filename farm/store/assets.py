"""Uploaded pictures: their records in one hash, their bytes beside it; immutable, named by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec

from farm.clock import Clock
from farm.errors import AssetRefused, NotFound
from farm.images import decode_image, inspect_image
from farm.messages import from_json, to_json
from farm.moving_images import frame_times_ms
from farm.settings import Settings
from farm.store import keys
from farm.store.connection import FarmRedis

MAX_ASSETS = 1000
_MAX_NAME_CHARS = 200


class AssetRecord(msgspec.Struct, frozen=True):
    """What is known of an uploaded picture; ``bytes`` is its size as uploaded.

    ``frame_ms``: how long each frame of an animation stands, in milliseconds; empty for a still picture.
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


class AssetStore:
    """Keeps pictures. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock, settings: Settings) -> None:
        self._redis = redis
        self._clock = clock
        self._max_bytes = settings.asset_max_bytes
        self._max_pixels = settings.asset_max_pixels

    def put(self, data: bytes, name: str, owner: str) -> AssetRecord:
        """Keep a picture after decoding it once; its record. Raises AssetRefused.

        The id is the SHA-256 of owner and bytes: the same upload twice is one asset, and deleting it
        takes nothing from another owner.
        """
        asset_id = hashlib.sha256(owner.encode() + b"\0" + data).hexdigest()
        if (known := self._redis.hget(keys.ASSETS, asset_id)) is not None:
            return from_json(known, AssetRecord)
        limits = {"max_bytes": self._max_bytes, "max_pixels": self._max_pixels}
        info = inspect_image(data, **limits)
        decode_image(data, **limits)
        frame_ms = frame_times_ms(data)
        if self._redis.hlen(keys.ASSETS) >= MAX_ASSETS:
            raise AssetRefused(f"there are {MAX_ASSETS} pictures already; delete some that no scene uses")
        record = AssetRecord(
            id=asset_id,
            name=name[:_MAX_NAME_CHARS],
            owner=owner,
            format=info.format,
            width=info.width,
            height=info.height,
            bytes=len(data),
            created_wall_ms=self._clock.wall_ms(),
            frame_ms=frame_ms,
        )
        with self._redis.pipeline() as pipe:
            pipe.set(keys.asset(asset_id), data)
            pipe.hset(keys.ASSETS, asset_id, to_json(record))
            pipe.execute()
        return record

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
        named = [record for record in self.list() if record.name == wanted and record.owner in owners]
        if not named:
            raise _missing(wanted)
        return named[-1]

    def data(self, asset_id: str) -> bytes:
        """The bytes of ``asset_id`` as uploaded. Raises NotFound."""
        answer = self._redis.get(keys.asset(asset_id))
        if not isinstance(answer, bytes):
            raise _missing(asset_id)
        return answer

    def list(self) -> list[AssetRecord]:
        """Every record, oldest first."""
        records = [from_json(answer, AssetRecord) for answer in self._redis.hvals(keys.ASSETS)]
        return sorted(records, key=lambda record: (record.created_wall_ms, record.id))

    def delete(self, asset_id: str) -> None:
        """Forget the picture. Raises NotFound."""
        with self._redis.pipeline() as pipe:
            pipe.hdel(keys.ASSETS, asset_id)
            pipe.delete(keys.asset(asset_id))
            removed, _ = pipe.execute()
        if not removed:
            raise _missing(asset_id)


def _missing(asset_id: str) -> NotFound:
    return NotFound(f"there is no picture {asset_id!r}", {"asset": asset_id})
