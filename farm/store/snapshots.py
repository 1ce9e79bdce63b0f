"""Live snapshots: what changes often in a stream and is no edit of its scene, see :mod:`scene.live`.

Immutable documents like scene revisions, numbered from 1 in each stream, but without a history: one that is
overtaken is gone soon after. A thousand a second may be written; the coordinator takes note of the newest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from farm.errors import InputError, NotFound
from farm.messages import from_json, to_json
from farm.store import keys
from farm.store.acts import MAX_ACTS, Act
from farm.store.connection import FarmRedis, as_text
from scene.live import Change, Datum, FeedPicture, Live

OVERTAKEN_MS = 10_000
"""So long an overtaken snapshot is kept, for frames that were ordered before."""

MAX_CHANGES = 16
"""Of one number, for what moves from one to the next."""

KEPT_BIRTHS = 1024
READ_BIRTHS = 256
"""So many of the snapshots shown last are known by their births; what changed before them has come to rest.
Fewer than are kept, so that two who read one snapshot's at different times read the same."""

# KEYS: head, the new snapshot, the one that it overtakes. ARGV: expected head, snapshot, how long the
# overtaken one is kept (ms), channel, stream. Answers 1 when written.
_COMMIT = """
local head = tonumber(redis.call('GET', KEYS[1]) or '0')
if head ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[1], head + 1)
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' ' .. (head + 1))
return 1
"""


class Changed(msgspec.Struct, frozen=True, array_like=True):
    """A value, and the snapshot that was the first to have it."""

    snapshot: int
    value: str | int | float


class FeedEntry(msgspec.Struct, frozen=True, array_like=True):
    """The newest picture of a live feed, and the snapshot that brought it; ``bytes`` is its size."""

    snapshot: int
    address: str
    width: int
    height: int
    bytes: int
    wall_ms: int


class Snapshot(msgspec.Struct, frozen=True):
    """All that is live in a stream at one moment."""

    values: dict[str, tuple[Changed, ...]] = {}
    """By name, the newest last."""
    feeds: dict[str, FeedEntry] = {}
    """By the feed's name."""
    acts: dict[str, Act] = {}
    """By the character's layer."""

    def plain_values(self) -> dict[str, Datum]:
        """What each name is now."""
        return {name: changes[-1].value for name, changes in self.values.items()}

    def with_values(self, values: Mapping[str, Datum], number: int, shown: int) -> Snapshot:
        """The snapshot ``number``, in which exactly ``values`` are set. ``shown`` is the last one that was on
        air: what no frame has shown and none will is no change that a number came through."""
        changed = {
            name: _changed(self.values.get(name, ()), value, number, shown) for name, value in values.items()
        }
        return msgspec.structs.replace(self, values=changed)

    def with_feed(self, name: str, entry: FeedEntry) -> Snapshot:
        """The snapshot that brings the feed ``name`` another picture."""
        return msgspec.structs.replace(self, feeds={**self.feeds, name: entry})

    def without_feed(self, name: str) -> Snapshot:
        """The snapshot in which there is no such feed."""
        return msgspec.structs.replace(
            self, feeds={known: entry for known, entry in self.feeds.items() if known != name}
        )

    def with_act(self, layer: str, act: Act, *, among: Callable[[], Collection[str]]) -> Snapshot:
        """With what a character does now. Where there is no room, what others than ``among`` were told is
        forgotten.

        Raises InputError when too many are told something.
        """
        acts = {**self.acts, layer: act}
        if act == Act():
            del acts[layer]
        if len(acts) > MAX_ACTS:
            there = among()
            acts = {name: kept for name, kept in acts.items() if name in there}
        if len(acts) > MAX_ACTS:
            raise InputError(f"{MAX_ACTS} characters are told something already; give some back first")
        return msgspec.structs.replace(self, acts=acts)


NO_SNAPSHOT = Snapshot()


def _changed(before: tuple[Changed, ...], value: Datum, number: int, shown: int) -> tuple[Changed, ...]:
    if before and before[-1].value == value and type(before[-1].value) is type(value):
        return before
    kept = [change for change in before if change.snapshot <= shown and not isinstance(change.value, str)]
    come_through = [] if isinstance(value, str) else kept[-(MAX_CHANGES - 1) :]
    return (*come_through, Changed(number, value))


@dataclass(frozen=True, slots=True)
class Births:
    """When the snapshots that were shown last were first shown."""

    numbers: tuple[int, ...]
    """Rising."""
    times_s: tuple[Fraction | None, ...]
    """Scene time; None for what a start of the stream began with."""
    complete: bool
    """Whether these are all since the stream started."""

    def since_s(self, number: int) -> Fraction | None:
        """Scene time at which what snapshot ``number`` brought was first shown, by itself or by a later one;
        None when that is too long ago to matter."""
        index = bisect_left(self.numbers, number)
        if index == len(self.numbers) or (index == 0 and not self.complete):
            return None
        return self.times_s[index]

    def shown_by_s(self, number: int) -> Fraction | None:
        """Scene time by which snapshot ``number`` was shown for certain; None when it never was yet. What
        a start of the stream began with counts from 0."""
        index = bisect_left(self.numbers, number)
        return None if index == len(self.numbers) else self.times_s[index] or Fraction(0)


def live_of(snapshot: Snapshot, births: Births) -> Live:
    """``snapshot`` as the scene wants it."""
    return Live(
        {
            name: tuple(Change(change.value, births.since_s(change.snapshot)) for change in changes)
            for name, changes in snapshot.values.items()
        },
        {layer: act.acting(births.since_s) for layer, act in snapshot.acts.items()},
        {
            name: FeedPicture(entry.address, births.shown_by_s(entry.snapshot))
            for name, entry in snapshot.feeds.items()
        },
    )


def _row(member: Any) -> list[str]:
    """Number and time of a birth; the driver does not say what a sorted set's members are."""
    return as_text(member).split(" ")


class SnapshotStore:
    """Keeps snapshots as JSON. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._commit_script = redis.register_script(_COMMIT)

    def head(self, stream: str) -> int:
        """The newest snapshot's number; 0 when nothing was live yet."""
        return int(self._redis.get(keys.snapshot_head(stream)) or 0)

    def head_and_shown(self, stream: str) -> tuple[int, int]:
        """The newest snapshot's number, and that of the last one which was on air."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(keys.snapshot_head(stream))
            pipe.zrange(keys.snapshot_births(stream), -1, -1)
            head, last = pipe.execute()
        return int(head or 0), int(_row(last[0])[0]) if last else 0

    def load(self, stream: str, number: int) -> Snapshot:
        """One snapshot; number 0 is empty. Raises NotFound: they are not kept for long."""
        if number == 0:
            return NO_SNAPSHOT
        data = self._redis.get(keys.snapshot(stream, number))
        if data is None:
            raise NotFound(
                f"stream {stream!r} has no live snapshot {number}", {"stream": stream, "snapshot": number}
            )
        return from_json(data, Snapshot)

    def births(self, stream: str, number: int) -> Births:
        """Those of the READ_BIRTHS snapshots that were shown last, up to ``number``."""
        key = keys.snapshot_births(stream)
        newest_first = self._redis.zrevrangebyscore(key, number, "-inf", start=0, num=READ_BIRTHS)
        rows = [_row(row) for row in reversed(newest_first)]
        return Births(
            numbers=tuple(int(row[0]) for row in rows),
            times_s=tuple(Fraction(row[1]) if row[1] else None for row in rows),
            complete=len(rows) < READ_BIRTHS,
        )

    def commit(self, stream: str, snapshot: Snapshot, *, expected_head: int) -> int | None:
        """Add a snapshot after ``expected_head`` and tell the coordinators; its number.

        None when somebody else's came first: load the new head and try again.
        """
        number = expected_head + 1
        written = self._commit_script(
            keys=[
                keys.snapshot_head(stream),
                keys.snapshot(stream, number),
                keys.snapshot(stream, expected_head),
            ],
            args=[expected_head, to_json(snapshot), OVERTAKEN_MS, keys.SNAPSHOTS, stream],
        )
        return number if written else None

    def delete(self, stream: str) -> None:
        """Forget what is live in ``stream``; overtaken snapshots go by themselves."""
        newest = keys.snapshot(stream, self.head(stream))
        self._redis.delete(newest, keys.snapshot_head(stream), keys.snapshot_births(stream))
