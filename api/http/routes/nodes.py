"""Encoder nodes: who is there, draining one, and moving a stream to another."""

from __future__ import annotations

import msgspec
from flask import Response
from pydantic import BaseModel, Field

from api.http.addressing import addressed_stream
from api.http.condition import StreamState, read_conditions, stream_state
from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Body, Shape
from farm.errors import Conflict, NotFound
from farm.messages import ProcessReport
from farm.store.nodes import NodeView
from farm.store.tokens import Scope


class NodeStreamShape(Shape):
    """A stream's process as its node sees it."""

    id: str
    state: str
    generation: int
    restarts: int
    reason: str | None


class NodeShape(Shape):
    """An encoder node. ``alive``: it gave a sign of life a moment ago; ``assigned``: what it is to run."""

    name: str
    alive: bool
    draining: bool
    capacity: int
    codecs: list[str]
    assigned: list[str]
    streams: list[NodeStreamShape]


class NodesShape(Shape):
    """All encoder nodes, by name."""

    nodes: list[NodeShape]


class NodePath(BaseModel):
    """Which node, by its NODE_NAME."""

    node: str


class MoveBody(Body):
    """Where to: the name of an encoder node. Null lets the farm choose again, and moves nothing by itself."""

    node: str | None = Field(max_length=64)


def list_nodes() -> Response:
    """The encoder nodes: those that live, and those that died with streams."""
    draining = services().nodes.draining()
    views = services().nodes.view(services().nodes.names() | draining)
    shapes = [_shape(name, view, draining) for name, view in views.items() if _is_known(name, view, draining)]
    return ok(NodesShape(nodes=shapes))


def drain(path: NodePath) -> Response:
    """Give the node no new streams, and move those that it has to other nodes, one after the other.

    A stream that no other node has room for stays.
    """
    return _drain(path.node, on=True)


def undrain(path: NodePath) -> Response:
    """Let the node take streams again; none comes back by itself."""
    return _drain(path.node, on=False)


def move(body: MoveBody) -> Response:
    """Move the stream to another encoder node, on air. It stays there as long as that node lives."""
    farm, record = services(), addressed_stream()
    if body.node is not None:
        draining = farm.nodes.draining()
        view = farm.nodes.view([body.node])[body.node]
        if not _is_known(body.node, view, draining):
            raise NotFound(f"there is no encoder node {body.node!r}", {"node": body.node})
        _refuse_unless_open(record.id, body.node, view, draining)
    kept = farm.streams.edit(record.id, lambda old: msgspec.structs.replace(old, node=body.node))
    [condition] = read_conditions(farm.redis, [record.id])
    return ok(stream_state(kept, condition))


def _refuse_unless_open(stream: str, node: str, view: NodeView, draining: set[str]) -> None:
    if view.report is None:
        raise Conflict(f"encoder node {node!r} is not alive", {"node": node})
    if node in draining:
        raise Conflict(f"encoder node {node!r} is draining", {"node": node})
    taken = {*view.assigned, *view.report.streams} - {stream}
    if len(taken) >= view.report.capacity:
        raise Conflict(
            f"encoder node {node!r} is full",
            {"node": node, "capacity": view.report.capacity, "streams": len(taken)},
        )


def _drain(node: str, *, on: bool) -> Response:
    nodes = services().nodes
    draining = nodes.draining()
    if not _is_known(node, nodes.view([node])[node], draining):
        raise NotFound(f"there is no encoder node {node!r}", {"node": node})
    nodes.drain(node, on=on)
    draining = nodes.draining()
    return ok(_shape(node, nodes.view([node])[node], draining))


def _is_known(name: str, view: NodeView, draining: set[str]) -> bool:
    return view.report is not None or bool(view.assigned) or name in draining


def _shape(name: str, view: NodeView, draining: set[str]) -> NodeShape:
    report = view.report
    return NodeShape(
        name=name,
        alive=report is not None,
        draining=name in draining,
        capacity=report.capacity if report else 0,
        codecs=list(report.codecs) if report else [],
        assigned=sorted(view.assigned),
        streams=[_stream(stream, process) for stream, process in sorted(report.streams.items())]
        if report
        else [],
    )


def _stream(stream: str, process: ProcessReport) -> NodeStreamShape:
    return NodeStreamShape(
        id=stream,
        state=process.state,
        generation=process.generation,
        restarts=process.restarts,
        reason=process.reason,
    )


NODE_ROUTES = (
    Route("GET", "/nodes", list_nodes, NodesShape, scope=Scope.ADMIN),
    Route("POST", "/nodes/<node>/drain", drain, NodeShape, scope=Scope.ADMIN),
    Route("POST", "/nodes/<node>/undrain", undrain, NodeShape, scope=Scope.ADMIN),
)
MOVE_ROUTES = (Route("POST", "/move", move, StreamState, scope=Scope.ADMIN),)
