"""The workers: who is there, what each has drawn, and what the farm lets it do."""

from __future__ import annotations

from flask import Response

from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Shape
from farm.store.tokens import Scope
from farm.workforce import Standing, WorkerSign, WorkerState


class DeedsShape(Shape):
    """Frames that a worker took since it began: ``slow`` and ``flawed`` ones were delivered all the same;
    over ``crashed`` and ``stuck`` ones a process ended, after ``grown`` ones it was replaced, too large."""

    drawn: int
    slow: int
    flawed: int
    failed: int
    crashed: int
    stuck: int
    grown: int


class WorkerShape(Shape):
    """A worker that beats, or that was blocked and is gone. ``reason`` says what most of its failures were,
    ``blocks`` how often it was blocked lately; ``drawMs`` is a frame's mean time, -1 before the first."""

    name: str
    host: str
    pid: int
    alive: bool
    state: WorkerState
    reason: str
    blocks: int
    processes: int
    streams: int
    deeds: DeedsShape
    draw_ms: float


class WorkersShape(Shape):
    """All workers, by name."""

    workers: list[WorkerShape]
    count: int


def list_workers() -> Response:
    """Every worker of the farm, what it has drawn since it began, and whether it is blocked."""
    store = services().workers
    signs = {sign.name: sign for sign in store.signs()}
    standings = store.standings()
    shapes = [
        _shape(name, signs.get(name), standings.get(name)) for name in sorted(signs.keys() | standings.keys())
    ]
    return ok(WorkersShape(workers=shapes, count=len(shapes)))


def _shape(name: str, sign: WorkerSign | None, standing: Standing | None) -> WorkerShape:
    known = sign or WorkerSign(name, "", 0, 0)
    total = known.total()
    return WorkerShape(
        name=name,
        host=known.host,
        pid=known.pid,
        alive=sign is not None,
        state=standing.state if standing else WorkerState.WORKING,
        reason=standing.reason if standing else "",
        blocks=standing.level if standing else 0,
        processes=known.processes,
        streams=len(known.streams),
        deeds=DeedsShape.model_validate(total, from_attributes=True),
        draw_ms=round(total.draw_ms / total.drawn, 2) if total.drawn else -1.0,
    )


WORKER_ROUTES = (Route("GET", "/workers", list_workers, WorkersShape, scope=Scope.VIEWER),)
