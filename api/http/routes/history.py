"""A scene's past and its documents: history, undo and redo, checking without changing, export, the schema."""

from __future__ import annotations

import re

from flask import Response
from pydantic import BaseModel, Field

from api.http.access import caller
from api.http.addressing import addressed_stream
from api.http.documents import (
    SceneBody,
    SceneDocument,
    ShowDocumentShape,
    etag,
    expected_revisions,
)
from api.http.envelope import ok
from api.http.history import Direction, Noted, SceneHistory
from api.http.router import Route
from api.http.scenes import SceneDesk
from api.http.services import services
from api.http.shapes import Shape
from farm.errors import NotFound, SceneInvalid
from farm.messages import to_json
from farm.store.tokens import Scope
from scene.hints import hints_for
from scene.schema import scene_schema

MAX_PAGE = 200
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
MAX_REVISION = 2**53
"""Programs that read JSON numbers as floats tell larger ones not apart."""


class RevisionShape(Shape):
    """One revision: who made it and when (Unix milliseconds), and what it changed. ``undo`` and ``redo`` are
    the revisions whose scenes an undo and a redo of this one bring back."""

    revision: int
    author: str
    created_at: int
    summary: str
    undo: int | None
    redo: int | None


class HistoryShape(Shape):
    """Revisions, newest first. ``revision`` is the newest of all; ``undo`` and ``redo`` are what the next
    undo and redo bring back, null when there is nothing."""

    revision: int
    undo: int | None
    redo: int | None
    revisions: list[RevisionShape]


class HistoryQuery(BaseModel):
    """Which revisions: so many, older than ``before``."""

    limit: int = Field(50, ge=1, le=MAX_PAGE)
    before: int | None = Field(None, ge=1, le=MAX_REVISION)


class RevisionPath(BaseModel):
    """Which revision, by its number."""

    revision: str


class MistakeShape(Shape):
    """Where a document is wrong, and what to do about it."""

    path: str
    reason: str


class VerdictShape(Shape):
    """Whether a document can be put on air, and all that is wrong with it. ``hints`` are no mistakes, but
    what may surprise, such as a named value that the scene shows and has none of."""

    valid: bool
    mistakes: list[MistakeShape]
    hints: list[MistakeShape] = Field(default_factory=list)


def scene_history(query: HistoryQuery) -> Response:
    """The scene's revisions, newest first. The last thousand are kept."""
    history = _history()
    head = history.head()
    revisions = history.before(min(query.before or head.revision + 1, head.revision + 1), query.limit)
    shape = HistoryShape(
        revision=head.revision,
        undo=head.note.undo,
        redo=head.note.redo,
        revisions=[_shape(noted) for noted in revisions],
    )
    return ok(shape, headers=etag(head.revision))


def get_revision(path: RevisionPath) -> Response:
    """The scene that was on program in one revision. PUT it as the scene to bring it back."""
    history, revision = _history(), _number(path)
    return ok(history.scene(revision).to_json(), headers=etag(revision))


def get_show_revision(path: RevisionPath) -> Response:
    """The show of one revision, with all its scenes. PUT it as the show to bring it back."""
    history, revision = _history(), _number(path)
    return ok(history.show(revision).to_json(), headers=etag(revision))


def undo() -> Response:
    """Take the last edit back: a new revision with the scene as it was before. If-Match is honoured."""
    return _walk("undo")


def redo() -> Response:
    """Take the last undo back. After an edit there is nothing to redo. If-Match is honoured."""
    return _walk("redo")


def validate_scene(body: SceneBody) -> Response:
    """Check a scene for this stream and change nothing. The answer lists every mistake."""
    desk = SceneDesk(services(), addressed_stream())
    try:
        scene = desk.parse(body.root)
        desk.refuse_unknown_assets(scene)
    except SceneInvalid as error:
        return ok({"valid": False, "mistakes": error.details["mistakes"], "hints": []})
    hints = [{"path": hint.path, "reason": hint.reason} for hint in hints_for(scene)]
    return ok({"valid": True, "mistakes": [], "hints": hints})


def export_scene() -> Response:
    """The scene as a file, which PUT takes as a whole."""
    record = addressed_stream()
    current = SceneDesk(services(), record).current()
    response = Response(to_json(current.scene.to_json()), mimetype="application/json")
    response.headers.update(etag(current.revision))
    name = f"{record.id}-scene-{current.revision}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def get_schema() -> Response:
    """The JSON Schema of scenes, for editors and generators."""
    return Response(to_json(scene_schema()), mimetype="application/schema+json")


def _walk(direction: Direction) -> Response:
    record = addressed_stream()
    desk = SceneDesk(services(), record, caller().owner)
    edited = SceneHistory(services(), record.scene_stream, desk).walk(
        direction, expected=expected_revisions()
    )
    if edited.changed:
        desk.tell("scene:update", edited.revision, {"action": direction})
    return ok(edited.scene.to_json(), headers=etag(edited.revision))


def _number(path: RevisionPath) -> int:
    if not _NUMBER.fullmatch(path.revision):
        raise NotFound(f"there is no scene revision {path.revision!r}; revisions are numbers from 1 up")
    return int(path.revision)


def _history() -> SceneHistory:
    record = addressed_stream()
    return SceneHistory(services(), record.scene_stream, SceneDesk(services(), record))


def _shape(noted: Noted) -> RevisionShape:
    note = noted.note
    return RevisionShape(
        revision=noted.revision,
        author=note.author,
        created_at=note.wall_ms,
        summary=note.summary,
        undo=note.undo,
        redo=note.redo,
    )


HISTORY_ROUTES = (
    Route("GET", "/scene/history", scene_history, HistoryShape, scope=Scope.VIEWER),
    Route("GET", "/scene/revisions/<revision>", get_revision, SceneDocument, scope=Scope.VIEWER),
    Route("GET", "/show/revisions/<revision>", get_show_revision, ShowDocumentShape, scope=Scope.VIEWER),
    Route("POST", "/scene/undo", undo, SceneDocument),
    Route("POST", "/scene/redo", redo, SceneDocument),
    Route("POST", "/scene/validate", validate_scene, VerdictShape),
    Route("GET", "/scene/export", export_scene, scope=Scope.VIEWER, media="application/json"),
)
SCHEMA_ROUTES = (
    Route("GET", "/scene/schema", get_schema, scope=Scope.VIEWER, media="application/schema+json"),
)
