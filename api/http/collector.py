"""Finds assets that nothing shows any more, and deletes them when that is wanted.

An asset is in use while any kept revision of a scene that may show it mentions its id, its name or the
address of its bytes, anywhere in its document: what is not understood here is never taken for unused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from api.http.services import Services
from farm.errors import NotFound
from farm.log import get_logger
from farm.store import keys
from farm.store.assets import KEEP, AssetRecord
from farm.store.tokens import ADMIN_OWNER

log = get_logger(__name__)

HOUR_MS = 3_600_000
_EVERY_S = 3600
_WORD = re.compile(rb'"([A-Za-z0-9_.-]{1,64})"')


def unused_assets(farm: Services, owners: Iterable[str], older_than_h: float) -> list[AssetRecord]:
    """What of ``owners`` nothing mentions, oldest first: unchanged for so long, and without the tag KEEP."""
    latest_ms = farm.clock.wall_ms() - older_than_h * HOUR_MS
    wanted = set(owners)
    old = [
        record
        for record in farm.assets.list()
        if record.owner in wanted
        and KEEP not in record.tags
        and max(record.created_wall_ms, record.changed_wall_ms) <= latest_ms
    ]
    mentioned = {owner: _mentioned(farm, owner) for owner in {record.owner for record in old}}
    return [record for record in old if not _words_of(record) & mentioned[record.owner]]


def collect(farm: Services, unused: Iterable[AssetRecord]) -> list[AssetRecord]:
    """Delete what is still ``unused``; what was deleted."""
    deleted = []
    for record in unused:
        try:
            # Somebody may have changed it since, or an edit may show it now.
            if farm.assets.get(record.id) == record and not _newly_mentioned(farm, record):
                farm.assets.delete(record.id)
                deleted.append(record)
        except NotFound:
            continue
    if deleted:
        log.info("deleted unused assets", count=len(deleted), bytes=sum(record.bytes for record in deleted))
    return deleted


def collect_when_due(farm: Services) -> list[AssetRecord]:
    """Delete what is unused for as long as the settings say, once an hour in the whole farm."""
    after_h = farm.settings.asset_gc_after_h
    if not after_h or not farm.redis.set(keys.ASSET_COLLECTION, 1, nx=True, ex=_EVERY_S):
        return []
    owners = {record.owner for record in farm.assets.list()}
    return collect(farm, unused_assets(farm, owners, after_h))


def _words_of(record: AssetRecord) -> set[bytes]:
    return {word.encode() for word in (record.id, record.name, record.address)}


def _mentioned(farm: Services, owner: str) -> set[bytes]:
    """Every word in the kept revisions of scenes that may show pictures of ``owner``."""
    return {
        word
        for stream in _streams_of(farm, owner)
        for document in farm.scenes.raw(stream)
        for word in _WORD.findall(document)
    }


def _newly_mentioned(farm: Services, record: AssetRecord) -> bool:
    """Whether a newest revision mentions it."""
    words = _words_of(record)
    for stream in _streams_of(farm, record.owner):
        head = farm.scenes.head(stream)
        for document in farm.scenes.raw(stream, after=head - 1):
            if words.intersection(_WORD.findall(document)):
                return True
    return False


def _streams_of(farm: Services, owner: str) -> list[str]:
    return [record.id for record in farm.streams.all() if owner in (record.owner, ADMIN_OWNER)]
