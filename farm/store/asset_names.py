"""Pictures by their names: an index beside the records, one entry for each, in the order of names.

What it says is looked up in the records, so that an entry too many does no harm; and what it lacks, because
an older version of the farm kept the picture, is found by a walk through all and put in.
"""

from __future__ import annotations

from collections.abc import Iterable

from farm.store import keys
from farm.store.connection import FarmRedis


def entry(name: str, asset_id: str) -> bytes:
    """What the index holds of a picture."""
    return name.encode() + b"\0" + asset_id.encode()


def ids_named(redis: FarmRedis, name: str) -> list[str]:
    """The ids of the pictures that may have this ``name``. Raises StoreUnavailable."""
    start = entry(name, "")
    found = redis.execute_command(
        "ZRANGE", keys.ASSET_NAMES, b"[" + start, b"(" + start[:-1] + b"\1", "BYLEX"
    )
    return [bytes(known).removeprefix(start).decode() for known in found]


def put_in(redis: FarmRedis, entries: Iterable[bytes]) -> None:
    """Have the index know these. Raises StoreUnavailable."""
    scored = [part for known in entries for part in (0, known)]
    if scored:
        redis.execute_command("ZADD", keys.ASSET_NAMES, *scored)
