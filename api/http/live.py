"""Changing what is live in a stream: every change is a snapshot, and no two callers overwrite each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from api.http.services import Services
from farm.errors import Conflict, NotFound
from farm.store.snapshots import NO_SNAPSHOT, Snapshot
from farm.store.streams import StreamRecord

_MAX_TRIES = 200
"""So many changes may come between one's reading and its writing, again and again, before it gives up."""

Change = Callable[[Snapshot, int, int], Snapshot]
"""From a snapshot to the next one, of the given number; the last number is the last snapshot shown."""


class Kept(NamedTuple):
    """A snapshot and its number, 0 when nothing is live yet."""

    snapshot: Snapshot
    number: int


class LiveDesk:
    """Where what is live in one stream is read and changed."""

    def __init__(self, farm: Services, record: StreamRecord) -> None:
        """What is live in a rendition is live in the stream that it follows."""
        self._store = farm.snapshots
        self._stream = record.scene_stream

    def current(self) -> Kept:
        """The newest snapshot."""
        return self._kept(self._store.head(self._stream))

    def edit(self, change: Change) -> Kept:
        """Apply ``change`` to the newest snapshot; again when somebody else's came first.

        One that changes nothing makes no snapshot. Raises Conflict.
        """
        for _ in range(_MAX_TRIES):
            head, shown = self._store.head_and_shown(self._stream)
            current = self._kept(head)
            changed = change(current.snapshot, head + 1, shown)
            if changed == current.snapshot:
                return current
            number = self._store.commit(self._stream, changed, expected_head=head)
            if number is not None:
                return Kept(changed, number)
        raise Conflict("too many others are changing this stream's data at this moment; try again")

    def _kept(self, head: int) -> Kept:
        try:
            return Kept(self._store.load(self._stream, head), head)
        except NotFound:  # Redis lost it; what is set from now on is live again
            return Kept(NO_SNAPSHOT, head)
