"""The table of all routes: which are mounted where, and the app that they are added to."""

from __future__ import annotations

from typing import NoReturn

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

from api.http.envelope import Failure, FarmJson
from api.http.router import TOKEN_SECURITY, mount
from api.http.routes.assets import ASSET_ROUTES
from api.http.routes.characters import CHARACTER_ROUTES
from api.http.routes.collection import COLLECTION_ROUTES
from api.http.routes.complexity import COMPLEXITY_ROUTES
from api.http.routes.config import CONFIG_ROUTES
from api.http.routes.control import CONTROL_ROUTES
from api.http.routes.data import DATA_ROUTES
from api.http.routes.feeds import FEED_ROUTES
from api.http.routes.history import HISTORY_ROUTES, SCHEMA_ROUTES
from api.http.routes.keys import KEY_ROUTES
from api.http.routes.layers import LAYER_ROUTES, NAMED_SCENE_ROUTES, SCENE_ROUTES
from api.http.routes.ledger import LEDGER_ROUTES
from api.http.routes.nodes import MOVE_ROUTES, NODE_ROUTES
from api.http.routes.preview import PREVIEW_ROUTES
from api.http.routes.render import RENDER_ROUTES
from api.http.routes.rtmp import RTMP_ROUTES
from api.http.routes.screen import PLACE_ROUTES, SCREEN_ROUTES
from api.http.routes.show import EDIT_SCENE_ROUTES, SHOW_ROUTES, SHOW_SCHEMA_ROUTES
from api.http.routes.streams import STREAM_LIST_ROUTES, STREAM_ROUTES
from api.http.routes.timelines import TIMELINE_ROUTES
from api.http.routes.tokens import TOKEN_ROUTES
from api.http.routes.variants import VARIANT_ROUTES
from api.http.routes.workers import WORKER_ROUTES
from api.http.shapes import refuse
from farm.errors import InputError

_ABOUT = "Draw live streams with a farm. Answers are {success: true, data} or {success: false, error}."


def blank_app() -> OpenAPI:
    """An app without a route."""
    app = OpenAPI(
        __name__,
        info=Info(title="Framefarm", version="1", description=_ABOUT),
        security_schemes={TOKEN_SECURITY: {"type": "http", "scheme": "bearer"}},
        validation_error_status=InputError.http_status,
        validation_error_model=Failure,
        validation_error_callback=_refuse,
        doc_ui=False,
        static_folder=None,
    )
    app.json = FarmJson(app)
    return app


def add_routes(app: OpenAPI, *, described: bool) -> None:
    """Add all routes to ``app``; ``described`` also makes what its document says of them."""
    of_a_stream = (
        (STREAM_ROUTES, "Streams"),
        (CONTROL_ROUTES, "On air"),
        (CONFIG_ROUTES, "Settings of a stream"),
        (SCENE_ROUTES, "Scene"),
        (LAYER_ROUTES, "Scene"),
        (SHOW_ROUTES, "Show"),
        (HISTORY_ROUTES, "Scene"),
        (VARIANT_ROUTES, "Scene"),
        (SCREEN_ROUTES, "Scene"),
        (PLACE_ROUTES, "Scene"),
        (TIMELINE_ROUTES, "Timelines"),
        (COMPLEXITY_ROUTES, "Scene"),
        (DATA_ROUTES, "Live data"),
        (CHARACTER_ROUTES, "Characters"),
        (FEED_ROUTES, "Live data"),
        (KEY_ROUTES, "Stream keys"),
        (PREVIEW_ROUTES, "On air"),
        (RENDER_ROUTES, "Renders"),
        (MOVE_ROUTES, "On air"),
        (LEDGER_ROUTES, "On air"),
    )
    of_a_scene = (
        (NAMED_SCENE_ROUTES, "Show"),
        (EDIT_SCENE_ROUTES, "Show"),
        (LAYER_ROUTES, "Show"),
        (PLACE_ROUTES, "Show"),
        (CHARACTER_ROUTES, "Show"),
    )
    of_the_farm = (
        (STREAM_LIST_ROUTES, "Streams"),
        (SCHEMA_ROUTES, "Scene"),
        (SHOW_SCHEMA_ROUTES, "Show"),
        (ASSET_ROUTES, "Pictures"),
        (COLLECTION_ROUTES, "Pictures"),
        (NODE_ROUTES, "Encoder nodes"),
        (TOKEN_ROUTES, "Access tokens"),
        (WORKER_ROUTES, "Workers"),
        (RTMP_ROUTES, "RTMP server"),
    )
    mount(app, "farm", "", of_the_farm, described=described)
    mount(app, "stream", "/streams/<stream>", of_a_stream, described=described)
    mount(app, "default_stream", "/stream", of_a_stream, described=described)
    mount(app, "scene", "/streams/<stream>/scenes/<scene>", of_a_scene, described=described)
    mount(app, "default_stream_scene", "/stream/scenes/<scene>", of_a_scene, described=described)


def _refuse(error: ValidationError) -> NoReturn:
    """The library asks for an answer; our errors have their one way to become one."""
    raise refuse(error) from error
