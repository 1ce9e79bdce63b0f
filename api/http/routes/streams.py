"""The streams of the caller; of everybody for admins."""

from __future__ import annotations

import secrets

import msgspec
from flask import Response
from pydantic import Field, JsonValue

from api.http.access import caller
from api.http.addressing import STREAM_ID, addressed_stream
from api.http.condition import Condition, StreamState, read_conditions, stream_state
from api.http.config import ConfigPatch, ConfigShape, changed_config, config_shape
from api.http.envelope import ok
from api.http.outputs import MAX_OUTPUTS, OutputBody, OutputShape, ordered_outputs, outputs_shape
from api.http.renders import check_pace, free_outputs
from api.http.renditions import VariantOfBody, ordered_rendition
from api.http.router import Route
from api.http.scenes import parse_show_document
from api.http.services import services
from api.http.shapes import Body, Shape
from api.http.streams import create_stream, forget_stream, ordered_stream, owned_streams
from farm.errors import InputError
from farm.messages import to_plain
from farm.store.streams import StreamRecord
from farm.store.tokens import Scope


class StreamBody(Body):
    """A new stream. What is left out: the id is made up, the configuration is the farm's default, the output
    is the farm's own RTMP server, the scene is empty.

    With ``variantOf`` the stream is a rendition: it shows a variant of that stream's scene, whatever becomes
    of it, on a canvas and with outputs of its own. Its configuration is by default that stream's, in the
    variant's proportions."""

    id: str | None = Field(None, pattern=rf"^{STREAM_ID.pattern}$")
    name: str | None = Field(None, min_length=1, max_length=100)
    config: ConfigPatch | None = None
    outputs: list[OutputBody] = Field([], max_length=MAX_OUTPUTS)
    scene: dict[str, JsonValue] | None = None
    variant_of: VariantOfBody | None = None


class VariantOfShape(Shape):
    """What a rendition shows."""

    stream: str
    variant: str


class StreamShape(Shape):
    """A stream: what its owner ordered, and what it is doing. ``variantOf`` is that of a rendition."""

    id: str
    name: str
    owner: str
    variant_of: VariantOfShape | None
    created_at: int
    config: ConfigShape
    outputs: list[OutputShape]
    status: StreamState


class StreamsShape(Shape):
    """Streams, oldest first."""

    streams: list[StreamShape]
    count: int


def list_streams() -> Response:
    """The caller's streams; everybody's for admins."""
    farm, who = services(), caller()
    records = farm.streams.all() if who.scope is Scope.ADMIN else owned_streams(farm, who.owner)
    conditions = read_conditions(farm.redis, [record.id for record in records])
    shapes = [_shape(record, condition) for record, condition in zip(records, conditions, strict=True)]
    return ok(StreamsShape(streams=shapes, count=len(shapes)))


def new_stream(body: StreamBody) -> Response:
    """Make a stream. It is not on air before it is started."""
    farm = services()
    ordered = ordered_stream(farm, body.id or f"stream-{secrets.token_hex(4)}", caller().owner)
    if body.variant_of is not None:
        if body.scene is not None:
            raise InputError("scene: must be left out, because a rendition shows another stream's")
        ordered = ordered_rendition(farm, ordered, body.variant_of)
    config = changed_config(ordered.config, body.config or ConfigPatch())
    record = msgspec.structs.replace(
        ordered,
        name=body.name or ordered.name,
        config=config,
        outputs=ordered_outputs(farm, ordered.id, body.outputs) if body.outputs else (),
    )
    show = None if body.scene is None else parse_show_document(body.scene, config.max_layers)
    record = create_stream(farm, check_pace(free_outputs(record)), show)
    [condition] = read_conditions(farm.redis, [record.id])
    return ok(_shape(record, condition), status=201, headers={"Location": f"/streams/{record.id}"})


def get_stream() -> Response:
    """One stream."""
    record = addressed_stream()
    [condition] = read_conditions(services().redis, [record.id])
    return ok(_shape(record, condition))


def delete_stream() -> Response:
    """Delete a stream that is off the air, with its scene and its keys."""
    forget_stream(services(), addressed_stream().id)
    return ok()


def _shape(record: StreamRecord, condition: Condition) -> StreamShape:
    return StreamShape(
        id=record.id,
        name=record.name,
        owner=record.owner,
        variant_of=VariantOfShape.model_validate(to_plain(record.variant_of)) if record.variant_of else None,
        created_at=record.created_wall_ms,
        config=config_shape(record.config),
        outputs=outputs_shape(record).outputs,
        status=stream_state(record, condition),
    )


STREAM_LIST_ROUTES = (
    Route("GET", "/streams", list_streams, StreamsShape, scope=Scope.VIEWER),
    Route("POST", "/streams", new_stream, StreamShape, status=201),
)
STREAM_ROUTES = (
    Route("GET", "", get_stream, StreamShape, scope=Scope.VIEWER),
    Route("DELETE", "", delete_stream),
)
