"""How a stream is encoded, and where it goes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from flask import Response
from pydantic import Field

from api.http.addressing import addressed_stream
from api.http.config import ConfigPatch, ConfigShape, changed_config, config_shape
from api.http.envelope import ok
from api.http.outputs import MAX_OUTPUTS, OutputBody, OutputsShape, ordered_outputs, outputs_shape
from api.http.renders import check_pace
from api.http.router import Route
from api.http.scenes import SceneDesk
from api.http.services import services
from api.http.shapes import Body
from farm.errors import Conflict
from farm.store.streams import StreamRecord
from farm.store.tokens import Scope


class OutputsBody(Body):
    """Where a stream shall go; an empty list means the farm's own RTMP server."""

    outputs: Annotated[list[OutputBody], Field(max_length=MAX_OUTPUTS)]


def get_config() -> Response:
    """How the stream is encoded."""
    return ok(config_shape(addressed_stream().config))


def change_config(body: ConfigPatch) -> Response:
    """Change how the stream is encoded.

    A stream that is on air gets a new encoder process with these settings; MAX_LAYERS alone changes at once.
    RENDER_QUALITY is low, medium or high.
    """
    farm, record = services(), addressed_stream()
    layers = SceneDesk(farm, record).most_layers()

    def change(record: StreamRecord) -> StreamRecord:
        config = changed_config(record.config, body)
        if config.max_layers < min(layers, record.config.max_layers):
            raise Conflict(
                f"a scene holds {layers} layers; remove some before you allow {config.max_layers} only",
                {"layers": layers, "maxLayers": config.max_layers},
            )
        return check_pace(msgspec.structs.replace(record, config=config))

    return ok(config_shape(farm.streams.edit(record.id, change).config))


def get_outputs() -> Response:
    """Where the stream goes; urls are masked."""
    return ok(outputs_shape(addressed_stream()))


def set_outputs(body: OutputsBody) -> Response:
    """Say where the stream shall go.

    An output without a url keeps the one that it has; the id "farm" is the farm's own RTMP server.
    """
    farm = services()

    def change(record: StreamRecord) -> StreamRecord:
        outputs = ordered_outputs(farm, record.id, body.outputs, record.outputs)
        return check_pace(msgspec.structs.replace(record, outputs=outputs))

    return ok(outputs_shape(farm.streams.edit(addressed_stream().id, change)))


CONFIG_ROUTES = (
    Route("GET", "/config", get_config, ConfigShape, scope=Scope.VIEWER),
    Route("PATCH", "/config", change_config, ConfigShape),
    Route("GET", "/outputs", get_outputs, OutputsShape, scope=Scope.VIEWER),
    Route("PUT", "/outputs", set_outputs, OutputsShape),
)
