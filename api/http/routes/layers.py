"""The scene on the air, or the one that the path names, as a whole and layer by layer. An answer's ETag is
the revision."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, request
from pydantic import BaseModel

from api.http.access import caller
from api.http.addressing import addressed_scene, addressed_stream
from api.http.documents import (
    LayerBody,
    LayerDocument,
    LayerPatch,
    SceneBody,
    SceneDocument,
    ScenePatch,
    etag,
    expected_revisions,
)
from api.http.envelope import ok
from api.http.router import Route
from api.http.scenes import Edited, SceneDesk, scene_errors
from api.http.services import services
from api.http.shapes import Shape
from farm.store.tokens import Scope
from scene.document import Scene, layer_to_json
from scene.edits import add_layer, change_layer, change_scene, find_layer, remove_layer
from scene.grid import snapped


class LayersShape(Shape):
    """A scene's layers in the order of its document."""

    layers: list[LayerDocument]
    count: int


class LayerPath(BaseModel):
    """Which layer."""

    layer_id: str


class SnapQuery(BaseModel):
    """Whether places and sizes that are written in pixels go to the viewport's grid, if it has one that
    snaps."""

    snap: bool = True


def get_scene() -> Response:
    """The whole scene. If-None-Match is honoured."""
    current = _desk().current()
    response = ok(current.scene.to_json(), headers=etag(current.revision))
    response.make_conditional(request.environ)
    return response


def put_scene(body: SceneBody) -> Response:
    """Replace the whole scene. With If-Match, only the revision that it names."""
    desk = _desk()
    scene = desk.parse(body.root)
    edited = desk.edit(lambda _old: scene, expected=expected_revisions())
    if edited.changed:
        desk.tell("scene:update", edited.revision, {})
    return ok(edited.scene.to_json(), headers=etag(edited.revision))


def patch_scene(body: ScenePatch) -> Response:
    """Change the scene as a whole: its viewport, its layout, its variants. Layers stay what they are."""
    desk = _desk()
    edited = desk.edit(
        lambda scene: change_scene(scene, body.root, max_layers=desk.max_layers),
        expected=expected_revisions(),
    )
    if edited.changed:
        desk.tell("scene:update", edited.revision, {})
    return ok(edited.scene.to_json(), headers=etag(edited.revision))


def list_layers() -> Response:
    """All layers."""
    current = _desk().current()
    layers = [layer_to_json(layer) for layer in current.scene.layers]
    return ok({"layers": layers, "count": len(layers)}, headers=etag(current.revision))


def create_layer(query: SnapQuery, body: LayerBody) -> Response:
    """Add a layer. One without an id gets one."""
    desk = _desk()
    layer: dict[str, Any] = {"id": f"layer-{secrets.token_hex(4)}", **body.root}
    edited = desk.edit(
        lambda scene: _placed(scene, add_layer(scene, layer, max_layers=desk.max_layers), query),
        expected=expected_revisions(),
        one_layer=True,
    )
    made = layer_to_json(edited.scene.layers[-1])
    _tell_layer(desk, edited, made["id"], "added", made)
    return ok(made, status=201, headers=etag(edited.revision))


def get_layer(path: LayerPath) -> Response:
    """One layer."""
    current = _desk().current()
    with scene_errors():
        layer = find_layer(current.scene, path.layer_id)
    return ok(layer_to_json(layer), headers=etag(current.revision))


def patch_layer(path: LayerPath, query: SnapQuery, body: LayerPatch) -> Response:
    """Change a layer: where it is, how it looks, what it shows.

    The stream's ``scene:applied`` event tells which frame is the first to show it.
    """
    desk = _desk()
    edited = desk.edit(
        lambda scene: _placed(scene, change_layer(scene, path.layer_id, body.root), query),
        expected=expected_revisions(),
        one_layer=True,
    )
    new_id = body.root.get("id")
    with scene_errors():
        kept = find_layer(edited.scene, new_id if isinstance(new_id, str) else path.layer_id)
    changed = layer_to_json(kept)
    _tell_layer(desk, edited, path.layer_id, "changed", _as_kept(body.root, changed))
    return ok(changed, headers=etag(edited.revision))


def delete_layer(path: LayerPath) -> Response:
    """Take a layer out of the scene."""
    desk = _desk()
    edited = desk.edit(lambda scene: remove_layer(scene, path.layer_id), expected=expected_revisions())
    _tell_layer(desk, edited, path.layer_id, "removed", {})
    return ok(headers=etag(edited.revision))


def _desk() -> SceneDesk:
    return SceneDesk(services(), addressed_stream(), caller().owner, addressed_scene())


def _placed(old: Scene, new: Scene, query: SnapQuery) -> Scene:
    return snapped(old, new) if query.snap else new


def _as_kept(asked: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    """``asked`` with the places and sizes that the grid made of those in it."""
    kept = dict(asked)
    for name in ("position", "size"):
        if isinstance(asked.get(name), dict) and name in layer:
            kept[name] = {field: layer[name].get(field) for field in asked[name]}
    return kept


def _tell_layer(desk: SceneDesk, edited: Edited, layer_id: str, action: str, changes: dict[str, Any]) -> None:
    if edited.changed:
        desk.tell("layer:update", edited.revision, {"id": layer_id, "action": action, "changes": changes})


SCENE_ROUTES = (
    Route("GET", "/scene", get_scene, SceneDocument, scope=Scope.VIEWER),
    Route("PUT", "/scene", put_scene, SceneDocument),
    Route("PATCH", "/scene", patch_scene, SceneDocument),
)
NAMED_SCENE_ROUTES = (
    Route("GET", "", get_scene, SceneDocument, scope=Scope.VIEWER),
    Route("PUT", "", put_scene, SceneDocument),
)
"""Of a scene by its name."""
LAYER_ROUTES = (
    Route("GET", "/layers", list_layers, LayersShape, scope=Scope.VIEWER),
    Route("POST", "/layers", create_layer, LayerDocument, status=201),
    Route("GET", "/layers/<layer_id>", get_layer, LayerDocument, scope=Scope.VIEWER),
    Route("PATCH", "/layers/<layer_id>", patch_layer, LayerDocument),
    Route("DELETE", "/layers/<layer_id>", delete_layer),
)
