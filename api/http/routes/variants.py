"""The variants of a stream's scene, and the streams that show them."""

from __future__ import annotations

from flask import Response

from api.http.addressing import addressed_stream
from api.http.envelope import ok
from api.http.router import Route
from api.http.scenes import SceneDesk
from api.http.services import services
from api.http.shapes import Shape
from farm.store.tokens import Scope
from scene.document import variant_of


class VariantShape(Shape):
    """A variant: the size of its viewport, and the ids of the streams that show it."""

    name: str
    width: int
    height: int
    renditions: list[str]


class VariantsShape(Shape):
    """The variants of a scene, in the order of its document."""

    variants: list[VariantShape]
    count: int


def list_variants() -> Response:
    """The scene's variants, and who shows each. ``POST /streams`` with ``variantOf`` makes such a stream."""
    farm, record = services(), addressed_stream()
    scene = SceneDesk(farm, record).current().scene
    showing = [(other.id, other.variant_of) for other in farm.streams.renditions(record.id)]
    shapes = []
    for name in scene.variants:
        width, height = variant_of(scene, name).viewport.size
        renditions = [stream for stream, source in showing if source and source.variant == name]
        shapes.append(VariantShape(name=name, width=width, height=height, renditions=renditions))
    return ok(VariantsShape(variants=shapes, count=len(shapes)))


VARIANT_ROUTES = (Route("GET", "/variants", list_variants, VariantsShape, scope=Scope.VIEWER),)
