"""Ledgers: the newest frame records of each stream, a page for each report of its encoder process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from farm.ledger import FrameRecord
from farm.log import get_logger
from farm.messages import from_pack, to_pack
from farm.store import keys
from farm.store.connection import FarmRedis

log = get_logger(__name__)


class LedgerStore:
    """Keeps ``pages`` pages of each stream. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, pages: int) -> None:
        self._redis = redis
        self._pages = pages

    def append(self, stream: str, records: Sequence[FrameRecord]) -> None:
        """Keep one more page; the oldest gives way, and all of them expire when no more come."""
        if not records or not self._pages:
            return
        key = keys.ledger(stream)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.lpush(key, to_pack(records))
            pipe.ltrim(key, 0, self._pages - 1)
            pipe.expire(key, 2 * self._pages)
            pipe.execute()

    def newest_first(self, stream: str, pages: int | None = None) -> Iterator[FrameRecord]:
        """The records of the newest ``pages`` pages, of all when None, newest first."""
        last = -1 if pages is None else pages - 1
        for page in self._redis.lrange(keys.ledger(stream), 0, last):
            if isinstance(page, bytes):
                yield from reversed(_records(page))

    def delete(self, stream: str) -> None:
        """Forget all of ``stream``."""
        self._redis.delete(keys.ledger(stream))


def _records(page: bytes) -> list[FrameRecord]:
    try:
        return from_pack(page, list[FrameRecord])
    except msgspec.MsgspecError as error:
        log.warning("ignored a page of the ledger that cannot be read", reason=str(error))
        return []
