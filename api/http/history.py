"""A scene's past: its revisions, and the way back and forth through them.

Undo and redo make new revisions whose scenes equal older ones, so that nothing is ever lost and workers know
nothing of it. Each revision's note says which older ones an undo and a redo of it bring back:

- an edit after revision h: undo brings back h, and there is nothing to redo;
- an undo of h that brings back u: undo goes on where u's would, redo brings back h;
- a redo of h that brings back r: both go on where r's would.

So undo walks back through the edits, redo forth again, and an edit in between ends the way forth.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from api.http.scenes import Edited, Plan, SceneDesk
from api.http.services import Services
from farm.errors import Conflict, NotFound
from farm.store.scenes import NO_NOTE, RevisionNote
from scene.document import Scene
from scene.show import Show, stored_show

Direction = Literal["undo", "redo"]


class Noted(NamedTuple):
    """A revision and its note."""

    revision: int
    note: RevisionNote


class SceneHistory:
    """Where one stream's past is read and brought back."""

    def __init__(self, farm: Services, stream: str, desk: SceneDesk) -> None:
        self._scenes = farm.scenes
        self._stream = stream
        self._desk = desk

    def head(self) -> Noted:
        """The newest revision; number 0 when there is none."""
        head = self._scenes.head(self._stream)
        return Noted(head, self._note(head))

    def before(self, revision: int, limit: int) -> list[Noted]:
        """At most ``limit`` kept revisions older than ``revision``, newest first."""
        revisions = range(revision - 1, max(0, revision - 1 - limit), -1)
        notes = self._scenes.notes(self._stream, revisions)
        return [Noted(number, note) for number, note in zip(revisions, notes, strict=True) if note]

    def scene(self, revision: int) -> Scene:
        """The scene that was on program in one revision. Raises NotFound when it is not kept."""
        return self.show(revision).on_air

    def show(self, revision: int) -> Show:
        """The show of one revision. Raises NotFound when it is not kept."""
        return stored_show(self._scenes.load(self._stream, revision))

    def walk(self, direction: Direction, *, expected: Collection[int] | None = None) -> Edited:
        """Undo or redo one step. Raises Conflict when there is none, and what :meth:`SceneDesk.follow`
        raises: also for an older scene that may not be shown any more."""
        return self._desk.follow(lambda current: self._plan(direction, current), expected=expected)

    def _plan(self, direction: Direction, current: Edited) -> Plan:
        note = self._note(current.revision)
        wanted = note.undo if direction == "undo" else note.redo
        if wanted is None:
            raise Conflict(f"there is nothing to {direction}", {"revision": current.revision})
        try:
            show = self._desk.parse_show(self._scenes.load(self._stream, wanted))
        except NotFound as error:
            raise Conflict(
                f"revision {wanted}, which {direction} would bring back, is not kept any more",
                {"revision": current.revision, "wanted": wanted},
            ) from error
        there = self._note(wanted)
        redo = current.revision if direction == "undo" else there.redo
        return Plan(show.on_air, f"{direction}: as revision {wanted}", there.undo, redo, show)

    def _note(self, revision: int) -> RevisionNote:
        [note] = self._scenes.notes(self._stream, [revision])
        return note or NO_NOTE
