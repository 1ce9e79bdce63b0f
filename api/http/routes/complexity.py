"""What the scene on the air costs to draw."""

from __future__ import annotations

from flask import Response

from api.http.addressing import addressed_stream
from api.http.documents import etag
from api.http.envelope import ok
from api.http.router import Route
from api.http.scenes import SceneDesk
from api.http.services import services
from api.http.shapes import Shape
from farm.store.tokens import Scope
from scene.complexity import complexity


class LayerCostShape(Shape):
    """What a layer adds to a frame, in milliseconds of CPU, and why."""

    id: str
    ms: float
    reason: str


class ComplexityShape(Shape):
    """An estimate in milliseconds of one core's time, good to a factor of about two. ``score`` is percent of
    one core at the stream's size and rate; above 100 one worker is not enough. ``layers`` are the dearest."""

    score: float
    frame_ms: float
    peak_ms: float
    whole_ms: float
    opening_ms: float
    changed: float
    layers: list[LayerCostShape]


def get_complexity() -> Response:
    """What the scene costs to draw, and which of its layers cost most.

    It is estimated from areas, effects and motion, as if the scene began now: a frame on average, the dearest
    one, a whole one and the first one.
    """
    record = addressed_stream()
    current = SceneDesk(services(), record).current()
    config = record.config
    found = complexity(current.scene, (config.width, config.height), config.fps, current.revision)
    shape = ComplexityShape(
        score=found.score,
        frame_ms=found.frame_ms,
        peak_ms=found.peak_ms,
        whole_ms=found.whole_ms,
        opening_ms=found.opening_ms,
        changed=found.changed,
        layers=[LayerCostShape(id=layer.id, ms=layer.ms, reason=layer.reason) for layer in found.layers],
    )
    return ok(shape.plain(), headers=etag(current.revision))


COMPLEXITY_ROUTES = (Route("GET", "/scene/complexity", get_complexity, ComplexityShape, scope=Scope.VIEWER),)
