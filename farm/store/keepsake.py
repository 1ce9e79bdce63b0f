"""What the streams on air need of a Redis that lost everything, kept in memory by who drives them.

Redis has a mark that never changes. Where it is missing or another one, Redis was emptied, or came back on an
empty disk: then every coordinator puts back what it remembers, but replaces nothing that was written since.
Encoder nodes do the same with their assignments. What nobody on air needs is lost: pictures, the scenes of
streams that are stopped, the history of edits. Backups are for these.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

from farm.store import keys
from farm.store.connection import FarmRedis, as_text

MAX_BYTES = 4_000_000
"""A value larger than this is not kept in memory."""
_HASHES = (keys.STREAMS, keys.LIVE, keys.STREAM_KEYS, keys.TOKENS)

# KEYS: counter. ARGV: what it must not be below.
_RAISE = """
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1])
end
"""


class OnAir(NamedTuple):
    """What a stream shows."""

    stream: str
    source: str
    """The stream whose scene and live snapshots it shows."""
    revisions: frozenset[int]
    snapshots: frozenset[int]
    newest: int
    """The newest revision of the scene, which may be on air in a moment."""
    fence: int
    """The fencing token in use."""


def founded(redis: FarmRedis) -> bytes | None:
    """The mark of this Redis; None when nobody has made one yet. Raises StoreUnavailable."""
    mark: Any = redis.get(keys.FOUNDED)
    return None if mark is None else bytes(mark)


class Keepsake:
    """Remembers, and puts back. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._mark: bytes | None = None
        self._fence = 0
        self._nodes: tuple[str, ...] = ()
        self._hashes: dict[str, dict[bytes, bytes]] = {}
        self._dumps: dict[str, bytes] = {}
        self._heads: dict[str, int] = {}
        self._raise_script = redis.register_script(_RAISE)

    def mend(self) -> bool:
        """Put back what is remembered if Redis was emptied since the last call; whether it was."""
        mark = founded(self._redis)
        if mark is None:
            self._redis.set(keys.FOUNDED, secrets.token_hex(16), nx=True)
            mark = founded(self._redis)
        lost = self._mark is not None and mark != self._mark
        if lost:
            self._put_back()
        self._mark = mark
        return lost

    def remember(self, shown: Collection[OnAir], nodes: Collection[str]) -> None:
        """Take down what ``shown`` needs, and what ``nodes`` are to run, in place of what was remembered."""
        names = [*_HASHES, *(keys.assignments(node) for node in nodes)] if shown else []
        with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(name)
            self._hashes = dict(zip(names, pipe.execute(), strict=True))
        self._nodes = tuple(nodes)
        self._fence = max((self._fence, *(each.fence for each in shown)))
        kept = {key for each in shown for key in (*_lasting(each), *_changing(each), *_edited(each))}
        self._dumps = {key: dump for key, dump in self._dumps.items() if key in kept}
        for each in shown:
            self._dump(each)
        self._heads = {each.stream: each.newest for each in shown}

    def _dump(self, shown: OnAir) -> None:
        edited = self._heads.get(shown.stream) != shown.newest
        wanted = [
            *(key for key in _lasting(shown) if key not in self._dumps),
            *_changing(shown),
            *(_edited(shown) if edited else ()),
        ]
        with self._redis.pipeline(transaction=False) as pipe:
            for key in wanted:
                pipe.dump(key)
            for key, dump in zip(wanted, pipe.execute(), strict=True):
                if dump is not None and len(dump) <= MAX_BYTES:
                    self._dumps[key] = dump

    def _put_back(self) -> None:
        self._raise_script(keys=[keys.FENCE], args=[self._fence])
        with self._redis.pipeline(transaction=False) as pipe:
            for key, dump in self._dumps.items():
                pipe.restore(key, 0, dump)
            for name, fields in self._hashes.items():
                for field, value in fields.items():
                    pipe.hsetnx(name, as_text(field), value)
            for node in self._nodes:
                pipe.sadd(keys.ASSIGNED_NODES, node)
            # What is there already was written since, and stays.
            pipe.execute(raise_on_error=False)


def _lasting(shown: OnAir) -> list[str]:
    """Keys of what never changes."""
    return [
        *(keys.scene(shown.source, revision) for revision in {*shown.revisions, shown.newest}),
        *(keys.snapshot(shown.source, number) for number in shown.snapshots),
    ]


def _changing(shown: OnAir) -> list[str]:
    """Keys of what changes while a stream is on air."""
    return [
        keys.scene_head(shown.source),
        keys.snapshot_head(shown.source),
        keys.snapshot_births(shown.stream),
        keys.program(shown.stream),
        keys.epoch(shown.stream),
        keys.status(shown.stream),
        keys.cues(shown.stream),
    ]


def _edited(shown: OnAir) -> list[str]:
    """Keys of what may be large and changes with edits only."""
    return [keys.scene_births(shown.stream), keys.scene_notes(shown.source)]
