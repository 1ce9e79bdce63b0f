"""Pictures that scenes name by their URL: which of them are here, on their way or not to be had.

An order is a record and a place in a queue, both in Redis: any API process may fetch it, and an order whose
process died is found by its age.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from farm.clock import Clock
from farm.messages import to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.reading import readable

MAX_IMPORTS = 1000
"""URLs that are remembered; the ones that were settled first are forgotten first."""

RETRY_MS = 15_000
"""An edit asks again for what failed, but no sooner than this."""

ImportState = Literal["waiting", "loaded", "failed"]


class ImportRecord(msgspec.Struct, frozen=True):
    """One URL of one owner. ``wall_ms`` is when it got into its state; ``asset`` is the picture's id."""

    owner: str
    url: str
    state: ImportState
    wall_ms: int
    asset: str = ""
    reason: str = ""


class ImportStore:
    """Keeps orders. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    def get(self, owner: str, url: str) -> ImportRecord | None:
        """What is known of ``url``."""
        return readable(self._redis.hget(keys.ASSET_IMPORTS, _field(owner, url)), ImportRecord)

    def order(self, owner: str, url: str) -> ImportRecord:
        """Have ``url`` fetched, unless that is under way."""
        known = self.get(owner, url)
        if known is not None and known.state == "waiting":
            return known
        self._make_room()
        record = ImportRecord(owner, url, "waiting", self._clock.wall_ms())
        with self._redis.pipeline() as pipe:
            pipe.hset(keys.ASSET_IMPORTS, _field(owner, url), to_json(record))
            pipe.rpush(keys.IMPORT_QUEUE, _field(owner, url))
            pipe.execute()
        return record

    def take(self, timeout_s: float = 0.0) -> ImportRecord | None:
        """The next order to fetch, waiting for one so long; None when none came."""
        field = self._next(timeout_s)
        if field is None:
            return None
        record = readable(self._redis.hget(keys.ASSET_IMPORTS, field), ImportRecord)
        return record if record is not None and record.state == "waiting" else None

    def loaded(self, record: ImportRecord, asset: str) -> ImportRecord:
        """The picture is here."""
        return self._settle(record, state="loaded", asset=asset, reason="")

    def failed(self, record: ImportRecord, reason: str) -> ImportRecord:
        """It cannot be had."""
        return self._settle(record, state="failed", asset="", reason=reason)

    def requeue(self, older_than_ms: int) -> int:
        """Queue again what has waited for longer: its process has died. How many there were."""
        now_ms, found = self._clock.wall_ms(), 0
        for field, record in self._all():
            if record.state == "waiting" and now_ms - record.wall_ms > older_than_ms:
                again = msgspec.structs.replace(record, wall_ms=now_ms)
                self._redis.hset(keys.ASSET_IMPORTS, field, to_json(again))
                self._redis.rpush(keys.IMPORT_QUEUE, field)
                found += 1
        return found

    def due_again(self, record: ImportRecord) -> bool:
        """Whether what failed may be asked for again."""
        return record.state == "failed" and self._clock.wall_ms() - record.wall_ms >= RETRY_MS

    def _next(self, timeout_s: float) -> str | None:
        if timeout_s > 0:
            popped = self._redis.blpop([keys.IMPORT_QUEUE], timeout=timeout_s)
            return None if popped is None else as_text(popped[1])
        field = self._redis.lpop(keys.IMPORT_QUEUE)
        return as_text(field) if isinstance(field, bytes | str) else None

    def _settle(self, record: ImportRecord, *, state: ImportState, asset: str, reason: str) -> ImportRecord:
        settled = ImportRecord(record.owner, record.url, state, self._clock.wall_ms(), asset, reason)
        self._redis.hset(keys.ASSET_IMPORTS, _field(record.owner, record.url), to_json(settled))
        return settled

    def _make_room(self) -> None:
        if self._redis.hlen(keys.ASSET_IMPORTS) < MAX_IMPORTS:
            return
        oldest = sorted(self._all(), key=lambda entry: (entry[1].state == "waiting", entry[1].wall_ms))
        outdated = [field for field, _ in oldest[: MAX_IMPORTS // 10]]
        if outdated:
            self._redis.hdel(keys.ASSET_IMPORTS, *outdated)

    def _all(self) -> Iterator[tuple[str, ImportRecord]]:
        for field, answer in self._redis.hgetall(keys.ASSET_IMPORTS).items():
            record = readable(answer, ImportRecord)
            if record is not None:
                yield as_text(field), record


def _field(owner: str, url: str) -> str:
    return hashlib.sha256(owner.encode() + b"\0" + url.encode()).hexdigest()
