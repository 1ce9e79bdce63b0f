"""Pointing at a stream's picture: what lies there, and putting a layer there. Places are canvas px."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from api.http.access import caller
from api.http.addressing import addressed_scene, addressed_stream
from api.http.documents import LayerDocument, etag, expected_revisions
from api.http.envelope import ok
from api.http.on_air import scene_time_s
from api.http.pictures import Pictured
from api.http.router import Route
from api.http.routes.layers import LayerPath, SnapQuery
from api.http.scenes import SceneDesk, scene_errors
from api.http.services import services
from api.http.shapes import Body, Shape
from farm.store.tokens import Scope
from scene.births import revisions_in
from scene.content import LayerState
from scene.document import Scene, layer_to_json
from scene.edits import find_layer
from scene.fields import MAX_POSITION_PX
from scene.fitting import fit_viewport
from scene.grid import snapped
from scene.onair import ShowVersion
from scene.placing import placed_at
from scene.screen import Hit, Point, from_screen, hits
from scene.sizes import Size, size_of
from scene.state import SceneState, scene_at
from scene.time import Segment
from scene.version import SceneVersion

CanvasPx = Annotated[float, Field(ge=-MAX_POSITION_PX, le=MAX_POSITION_PX, allow_inf_nan=False)]


class PointQuery(BaseModel):
    """A point of the canvas: px from its left and from its top."""

    x: CanvasPx
    y: CanvasPx


class PlaceBody(Body):
    """Where the layer's anchor shall lie: canvas px from the left and from the top."""

    x: CanvasPx
    y: CanvasPx


class PointShape(Shape):
    """A place, in px."""

    x: float
    y: float


class HitShape(Shape):
    """A layer whose box holds the point. ``anchor`` and ``corners`` (from the upper left one on, clockwise
    while the layer is not turned) are canvas px, ``own`` is the point in px of the box before it was turned.
    ``guessed``: the box is as large as letters that only workers measure, so its size is a guess."""

    id: str
    type: str
    anchor: PointShape
    corners: list[PointShape]
    own: PointShape
    guessed: bool


class HitsShape(Shape):
    """The layers that lie at a point of the canvas, topmost first, and the point in viewport px."""

    hits: list[HitShape]
    viewport: PointShape


def hit(query: PointQuery) -> Response:
    """Which layers lie at a point of the canvas, as of the last second on air.

    A layer counts where its box is, whether it is clear there or not.
    """
    farm, record = services(), addressed_stream()
    desk = SceneDesk(farm, record)
    current = desk.current()
    canvas, point = (record.config.width, record.config.height), Point(query.x, query.y)
    mentioned = {current.revision, *revisions_in(current.show.to_json())}
    births = farm.scenes.births(record.id, mentioned, until=current.revision)
    variant = record.variant_of.variant if record.variant_of else None
    with scene_errors():
        version = ShowVersion(current.revision, current.show, births, canvas, variant).program
    state = _state(version, scene_time_s(farm, record.id))
    layers = {layer.id: layer for layer in current.scene.layers}
    fitting = fit_viewport(current.scene.viewport.size, canvas, current.scene.viewport.fit)

    def natural(shown: LayerState) -> tuple[float, float] | None:
        layer = layers[shown.id]
        own = desk.pictures.natural_size(layer) if isinstance(layer, Pictured) else None
        return None if own is None else (own[0] * fitting.scale, own[1] * fitting.scale)

    def size(shown: LayerState) -> Size:
        return size_of(shown, natural)

    found = [_hit_shape(each, layers[each.layer.id].type) for each in hits(state, point, size)]
    shape = HitsShape(hits=found, viewport=_point(from_screen(fitting, point)))
    return ok(shape, headers=etag(current.revision))


def place_layer(path: LayerPath, query: SnapQuery, body: PlaceBody) -> Response:
    """Put a layer's anchor at a point of the canvas. Percentages stay percentages, pixels pixels."""
    record = addressed_stream()
    desk = SceneDesk(services(), record, caller().owner, addressed_scene())
    canvas = record.config.width, record.config.height

    def placed(scene: Scene) -> Scene:
        moved = placed_at(scene, path.layer_id, canvas, Point(body.x, body.y))
        return snapped(scene, moved) if query.snap else moved

    edited = desk.edit(placed, expected=expected_revisions(), one_layer=True)
    with scene_errors():
        layer = layer_to_json(find_layer(edited.scene, path.layer_id))
    if edited.changed:
        change = {"action": "changed", "changes": {"position": layer["position"]}}
        desk.tell("layer:update", edited.revision, {"id": path.layer_id, **change})
    return ok(layer, headers=etag(edited.revision))


def _state(version: SceneVersion, time_s: Fraction) -> SceneState:
    return scene_at(version, 0, Segment(0, version.revision, time_s, Fraction(0)), Fraction(1))


def _hit_shape(found: Hit, kind: str) -> HitShape:
    return HitShape(
        id=found.layer.id,
        type=kind,
        anchor=_point(found.box.anchor),
        corners=[_point(corner) for corner in found.box.corners()],
        own=_point(found.own),
        guessed=found.guessed,
    )


def _point(point: Point) -> PointShape:
    return PointShape(x=round(point.x, 3), y=round(point.y, 3))


SCREEN_ROUTES = (Route("GET", "/scene/hit", hit, HitsShape, scope=Scope.VIEWER),)
PLACE_ROUTES = (Route("PUT", "/layers/<layer_id>/place", place_layer, LayerDocument),)
