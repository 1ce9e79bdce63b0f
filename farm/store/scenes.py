"""Scene revisions: immutable documents, numbered from 1 in each stream, each with a note of who made it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from farm.errors import NotFound, TooLarge
from farm.messages import to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text
from farm.store.reading import readable

MAX_DOCUMENT_BYTES = 16_000_000
"""Of all scenes of a stream together; every edit writes them."""

KEPT_REVISIONS = 1000
"""Of each stream, for history; the frames on air need the newest few."""

_READ_AT_ONCE = 20

# KEYS: head, the new revision's key, the key of the one that makes room, the notes.
# ARGV: expected head, document, note, the revision that makes room. Answers 1 when written.
_COMMIT = """
local head = tonumber(redis.call('GET', KEYS[1]) or '0')
if head ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[1], head + 1)
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[4], head + 1, ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[4])
return 1
"""


class TakeNote(msgspec.Struct, frozen=True):
    """A scene that goes on program with a revision."""

    scene: str
    from_: str = msgspec.field(name="from")
    """The one that was there."""
    transition: str
    """Its kind."""
    seconds: Fraction
    """How long it takes, in scene time."""


class RevisionNote(msgspec.Struct, frozen=True):
    """Who made a revision, when, and what it changed.

    ``undo`` and ``redo`` are the older revisions whose scenes an undo and a redo of this one bring back; None
    when there is nothing to undo or to redo.
    """

    author: str
    wall_ms: int
    summary: str
    undo: int | None = None
    redo: int | None = None
    take: TakeNote | None = None
    edited: int | None = None
    """Of a revision that only plays timelines: the last one before it that was an edit."""


NO_NOTE = RevisionNote(author="", wall_ms=0, summary="")
"""Of a revision of which nothing is known."""


class SceneStore:
    """Keeps scene documents as JSON. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._commit_script = redis.register_script(_COMMIT)

    def head(self, stream: str) -> int:
        """The newest revision's number; 0 when the stream has no scene yet."""
        return int(self._redis.get(keys.scene_head(stream)) or 0)

    def load(self, stream: str, revision: int) -> dict[str, Any]:
        """One revision's document. Raises NotFound."""
        data = self._redis.get(keys.scene(stream, revision))
        if data is None:
            raise NotFound(
                f"stream {stream!r} has no scene revision {revision}",
                {"stream": stream, "revision": revision},
            )
        document: dict[str, Any] = json.loads(data)
        return document

    def raw(self, stream: str, *, after: int = 0) -> Iterator[bytes]:
        """The kept revisions' documents as JSON, those later than ``after``, the newest first."""
        head = self.head(stream)
        numbers = range(head, max(after, head - KEPT_REVISIONS), -1)
        for start in range(0, len(numbers), _READ_AT_ONCE):
            wanted = [keys.scene(stream, number) for number in numbers[start : start + _READ_AT_ONCE]]
            yield from (answer for answer in self._redis.mget(wanted) if isinstance(answer, bytes))

    def births(self, stream: str, revisions: Iterable[int], *, until: int) -> dict[int, Fraction]:
        """The scene times (seconds) at which ``revisions`` were first shown, as far as revision ``until`` can
        know.

        One that was overtaken before any frame showed it was never born by itself; what starts with it starts
        with the next one that was. One that is not born yet is left out. Of thousands few are asked for.
        """
        wanted = sorted(set(revisions))
        with self._redis.pipeline(transaction=False) as pipe:
            for revision in wanted:
                pipe.zrangebyscore(keys.scene_births(stream), revision, until, start=0, num=1)
            found = zip(wanted, pipe.execute(), strict=True)
        return {revision: _birth(row)[1] for revision, rows in found for row in rows}

    def newest_birth(self, stream: str, *, until: int) -> dict[int, Fraction]:
        """The last revision up to ``until`` that was shown, with its birth; empty before the first."""
        rows = self._redis.zrevrangebyscore(keys.scene_births(stream), until, "-inf", start=0, num=1)
        return dict(map(_birth, rows))

    def notes(self, stream: str, revisions: Sequence[int]) -> list[RevisionNote | None]:
        """The notes of ``revisions``; None for those that are not kept or never had one."""
        if not revisions:
            return []
        answers = self._redis.hmget(keys.scene_notes(stream), [str(revision) for revision in revisions])
        return [readable(answer, RevisionNote) for answer in answers]

    def commit(
        self,
        stream: str,
        document: dict[str, Any],
        *,
        expected_head: int,
        note: RevisionNote = NO_NOTE,
    ) -> int | None:
        """Add a revision after ``expected_head`` and tell the coordinators; its number.

        None when somebody else's edit came first: load the new head and try again. Raises TooLarge.
        """
        written_out = json.dumps(document, ensure_ascii=False).encode()
        if len(written_out) > MAX_DOCUMENT_BYTES:
            raise TooLarge(
                f"the scenes take {len(written_out):,} bytes; {MAX_DOCUMENT_BYTES:,} are allowed in all",
                {"limitBytes": MAX_DOCUMENT_BYTES},
            )
        revision = expected_head + 1
        outdated = keys.scene(stream, revision - KEPT_REVISIONS)
        written = self._commit_script(
            keys=[
                keys.scene_head(stream),
                keys.scene(stream, revision),
                outdated,
                keys.scene_notes(stream),
            ],
            args=[
                expected_head,
                written_out,
                to_json(note),
                revision - KEPT_REVISIONS,
            ],
        )
        if not written:
            return None
        self._redis.publish(keys.CHANGES, stream)
        return revision

    def delete(self, stream: str) -> None:
        """Forget every revision of ``stream``."""
        head = self.head(stream)
        with self._redis.pipeline() as pipe:
            for revision in range(max(1, head - KEPT_REVISIONS + 1), head + 1):
                pipe.delete(keys.scene(stream, revision))
            pipe.delete(keys.scene_head(stream), keys.scene_births(stream), keys.scene_notes(stream))
            pipe.execute()


def _birth(row: Any) -> tuple[int, Fraction]:
    revision, _, time_s = as_text(row).partition(" ")
    return int(revision), Fraction(time_s)
