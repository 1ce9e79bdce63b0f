"""On air or not: status, start, stop, pause, resume, and how it is going."""

from __future__ import annotations

import msgspec
from flask import Response

from api.http.addressing import addressed_stream
from api.http.condition import (
    MetricsShape,
    ReportShape,
    StreamState,
    read_conditions,
    stream_metrics,
    stream_state,
)
from api.http.envelope import ok
from api.http.outputs import renewed_outputs
from api.http.router import Route
from api.http.services import Services, services
from api.http.shapes import Shape
from farm.errors import Conflict, NotFound
from farm.messages import Desired, State, to_plain
from farm.store.streams import StreamRecord
from farm.store.tokens import Scope


class AdmissionShape(Shape):
    """Whether this stream may start now, and the numbers behind it."""

    allowed: bool
    reason: str | None
    user_count: int
    user_limit: int
    global_count: int
    global_limit: int


def status() -> Response:
    """What the stream is doing."""
    return _state(services(), addressed_stream())


def start() -> Response:
    """Put the stream on air.

    A stream that is on air stays so; one that is paused goes on; one that failed gets another try.
    """
    farm, record = services(), addressed_stream()
    before = farm.streams.status(record.id)
    if record.desired is Desired.STOPPED:
        farm.streams.change(record.id, outputs=renewed_outputs(farm, record))
    wanted = farm.streams.want(record.id, Desired.LIVE)
    if record.desired is not Desired.STOPPED and before.state is State.FAILED:
        wanted = farm.streams.start_again(record.id)
    return _state(farm, wanted)


def stop() -> Response:
    """Take the stream off the air."""
    farm, record = services(), addressed_stream()
    return _state(farm, farm.streams.want(record.id, Desired.STOPPED))


def pause() -> Response:
    """Let the picture stand still; the stream stays on air."""
    farm, record = services(), addressed_stream()
    if record.config.pace == "free":
        raise Conflict(
            f"stream {record.id!r} is rendered into a file, and cannot stand still", {"pace": "free"}
        )
    return _state(farm, farm.streams.want(record.id, Desired.PAUSED, only_if_running=True))


def resume() -> Response:
    """Let a paused stream go on from where it stands."""
    farm, record = services(), addressed_stream()
    return _state(farm, farm.streams.want(record.id, Desired.LIVE, only_if_running=True))


def metrics() -> Response:
    """The stream's figures of the last second."""
    farm, record = services(), addressed_stream()
    [condition] = read_conditions(farm.redis, [record.id])
    viewers = farm.viewers.count(record.id) if condition.report else 0
    return ok(stream_metrics(condition.report, viewers))


def report() -> Response:
    """All that the stream's encoder process says of itself."""
    farm, record = services(), addressed_stream()
    [condition] = read_conditions(farm.redis, [record.id])
    if condition.report is None:
        raise NotFound(f"stream {record.id!r} is not on air", {"stream": record.id})
    return ok(ReportShape.model_validate(to_plain(condition.report)))


def can_start() -> Response:
    """Whether the stream may start now; one that is running may."""
    farm, record = services(), addressed_stream()
    admission = farm.streams.can_start(record.owner)
    if record.desired is not Desired.STOPPED:
        admission = msgspec.structs.replace(admission, allowed=True, reason=None)
    return ok(AdmissionShape.model_validate(to_plain(admission)))


def _state(farm: Services, record: StreamRecord) -> Response:
    [condition] = read_conditions(farm.redis, [record.id])
    return ok(stream_state(record, condition))


CONTROL_ROUTES = (
    Route("GET", "/status", status, StreamState, scope=Scope.VIEWER),
    Route("POST", "/start", start, StreamState),
    Route("POST", "/stop", stop, StreamState),
    Route("POST", "/pause", pause, StreamState),
    Route("POST", "/resume", resume, StreamState),
    Route("GET", "/metrics", metrics, MetricsShape, scope=Scope.VIEWER),
    Route("GET", "/report", report, ReportShape, scope=Scope.VIEWER),
    Route("GET", "/can-start", can_start, AdmissionShape, scope=Scope.VIEWER),
)
