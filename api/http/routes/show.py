"""A stream's scenes by name: which is on program, which on preview, and takes from one to the other."""

from __future__ import annotations

from flask import Response, request
from pydantic import Field, JsonValue

from api.http.access import caller
from api.http.addressing import addressed_scene, addressed_stream
from api.http.documents import (
    NamedScenePatch,
    SceneDocument,
    ShowBody,
    ShowDocumentShape,
    TakeBody,
    etag,
    expected_revisions,
)
from api.http.envelope import ok
from api.http.router import Route
from api.http.routes.history import VerdictShape
from api.http.scenes import Edited, Plan, SceneDesk, scene_errors
from api.http.services import services
from api.http.shapes import Body, Shape
from farm.errors import SceneInvalid
from farm.messages import to_json
from farm.store.scenes import TakeNote
from farm.store.tokens import Scope
from scene.animation import AfterRevision
from scene.document import Scene
from scene.edits import change_scene
from scene.schema import show_schema
from scene.show import Show, Take
from scene.show_edits import add_scene, parse_order, remove_scene, rename_scene, set_preview, take_scene
from scene.tracks import exact


class SceneEntry(Shape):
    """One of a stream's scenes."""

    name: str
    layers: int
    on_program: bool
    on_preview: bool


class ScenesShape(Shape):
    """A stream's scenes, in the order of the show. ``take`` says how the program came on air last."""

    program: str
    preview: str | None
    scenes: list[SceneEntry]
    take: Take | None


class NewScene(Body):
    """A scene under a new name: the one that comes with it, the copy of another, or an empty one in the
    program's viewport."""

    name: str
    scene: dict[str, JsonValue] | None = None
    copy_of: str | None = None


class PreviewBody(Body):
    """The scene that a take puts on air unless it names another; null for none."""

    scene: str | None = Field(...)


def list_scenes() -> Response:
    """The stream's scenes, and which of them is where."""
    return _scenes(_desk().current())


def create_scene(body: NewScene) -> Response:
    """Add a scene, copy one, or begin an empty one. It is off the air until it is taken."""
    desk = _desk()

    def added(show: Show) -> Show:
        if body.scene is not None:
            scene = desk.parse(body.scene)
        elif body.copy_of is not None:
            scene = show.scene(body.copy_of)
        else:
            scene = Scene(viewport=show.on_air.viewport)
        return add_scene(show, body.name, scene)

    edited = desk.edit_show(added, f"added scene {body.name}", expected=expected_revisions())
    _tell(desk, edited, "added", body.name)
    return _document(edited, body.name, status=201)


def patch_named_scene(body: NamedScenePatch) -> Response:
    """Change a scene's own fields, or its ``name``. Layers stay what they are."""
    desk, name = _desk(), addressed_scene() or ""
    changes = dict(body.root)
    new_name = changes.pop("name", name)
    if not isinstance(new_name, str):
        raise SceneInvalid("name: must be a text in quotes", {"mistakes": [_NOT_A_NAME]})

    def changed(show: Show) -> Show:
        if changes:
            show = show.with_scene(name, change_scene(show.scene(name), changes, max_layers=desk.max_layers))
        return rename_scene(show, name, new_name)

    words = f"{name}: {', '.join(changes)}" if changes else f"renamed scene {name} to {new_name}"
    edited = desk.edit_show(changed, words, expected=expected_revisions())
    _tell(desk, edited, "changed", new_name)
    return _document(edited, new_name)


def delete_scene() -> Response:
    """Delete a scene that is not on program."""
    desk, name = _desk(), addressed_scene() or ""
    edited = desk.edit_show(
        lambda show: remove_scene(show, name), f"removed scene {name}", expected=expected_revisions()
    )
    _tell(desk, edited, "removed", name)
    return ok(headers=etag(edited.revision))


def put_preview(body: PreviewBody) -> Response:
    """Put a scene on preview, or none."""
    desk = _desk()
    edited = desk.edit_show(
        lambda show: set_preview(show, body.scene),
        f"{body.scene or 'nothing'} on preview",
        expected=expected_revisions(),
    )
    _tell(desk, edited, "preview", body.scene)
    return _scenes(edited)


def take(body: TakeBody) -> Response:
    """Put a scene on program: the one on preview, or the one that is named. The old one goes on preview.

    A ``transition`` leads from the one to the other: cut (the default), fade, slide, push, wipe, zoom or
    stinger. The event ``scene:taken`` tells its first frame, ``transition:complete`` the first one after it.
    """
    desk = _desk()
    with scene_errors():
        order = parse_order(body.root)
        transition = desk.pictures.stinger(order.transition)

    def plan(current: Edited) -> Plan:
        start = AfterRevision(revision=current.revision + 1)
        show = take_scene(current.show, order.scene, transition, start)
        note = TakeNote(show.program, current.show.program, transition.type, exact(transition.seconds))
        words = f"took {show.program}: {transition.type}"
        return Plan(current.scene, words, undo=current.revision or None, show=show, take=note)

    edited = desk.follow(plan, expected=expected_revisions())
    _tell(desk, edited, "take", edited.show.program)
    return _scenes(edited)


def get_show() -> Response:
    """The whole show, as PUT takes it. If-None-Match is honoured."""
    current = _desk().current()
    response = ok(current.show.to_json(), headers=etag(current.revision))
    response.make_conditional(request.environ)
    return response


def put_show(body: ShowBody) -> Response:
    """Replace all scenes. With If-Match, only the revision that it names."""
    desk = _desk()
    show = desk.parse_show(body.root)
    edited = desk.edit_show(lambda _old: show, "replaced the show", expected=expected_revisions())
    _tell(desk, edited, "replaced", edited.show.program)
    return ok(edited.show.to_json(), headers=etag(edited.revision))


def validate_show(body: ShowBody) -> Response:
    """Check a show for this stream and change nothing. The answer lists every mistake."""
    desk = _desk()
    try:
        desk.refuse_unknown_assets(desk.parse_show(body.root))
    except SceneInvalid as error:
        return ok({"valid": False, "mistakes": error.details["mistakes"]})
    return ok({"valid": True, "mistakes": []})


def export_show() -> Response:
    """The show as a file, which PUT takes as a whole."""
    record = addressed_stream()
    current = SceneDesk(services(), record).current()
    response = Response(to_json(current.show.to_json()), mimetype="application/json")
    response.headers.update(etag(current.revision))
    name = f"{record.id}-show-{current.revision}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def get_show_schema() -> Response:
    """The JSON Schema of shows, for editors and generators."""
    return Response(to_json(show_schema()), mimetype="application/schema+json")


_NOT_A_NAME = {"path": "name", "reason": "must be a text in quotes"}


def _desk() -> SceneDesk:
    return SceneDesk(services(), addressed_stream(), caller().owner)


def _scenes(edited: Edited) -> Response:
    show = edited.show
    entries = [
        SceneEntry(
            name=name,
            layers=len(scene.get("layers", ())),
            on_program=name == show.program,
            on_preview=name == show.preview,
        )
        for name, scene in show.scenes.items()
    ]
    shape = ScenesShape(program=show.program, preview=show.preview, scenes=entries, take=show.take)
    return ok(shape, headers=etag(edited.revision))


def _document(edited: Edited, name: str, status: int = 200) -> Response:
    return ok(edited.show.scene(name).to_json(), status=status, headers=etag(edited.revision))


def _tell(desk: SceneDesk, edited: Edited, action: str, scene: str | None) -> None:
    if edited.changed:
        desk.tell("show:update", edited.revision, {"action": action, "scene": scene})


SHOW_ROUTES = (
    Route("GET", "/scenes", list_scenes, ScenesShape, scope=Scope.VIEWER),
    Route("POST", "/scenes", create_scene, SceneDocument, status=201),
    Route("PUT", "/preview", put_preview, ScenesShape),
    Route("POST", "/take", take, ScenesShape),
    Route("GET", "/show", get_show, ShowDocumentShape, scope=Scope.VIEWER),
    Route("PUT", "/show", put_show, ShowDocumentShape),
    Route("POST", "/show/validate", validate_show, VerdictShape),
    Route("GET", "/show/export", export_show, scope=Scope.VIEWER, media="application/json"),
)
EDIT_SCENE_ROUTES = (
    Route("PATCH", "", patch_named_scene, SceneDocument),
    Route("DELETE", "", delete_scene),
)
"""Of a scene by its name."""
SHOW_SCHEMA_ROUTES = (
    Route("GET", "/show/schema", get_show_schema, scope=Scope.VIEWER, media="application/schema+json"),
)
