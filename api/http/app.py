"""The app: routes, sign-in, checks of bodies, the one form of answers and the headers of all of them."""

from __future__ import annotations

from typing import NoReturn

from flask import Flask, Response, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

from api.http.access import authenticate
from api.http.dashboard_settings import add_dashboard_settings
from api.http.envelope import Failure, FarmJson, handle_errors
from api.http.intake import FarmRequest, check_body
from api.http.pages import add_pages
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
from api.http.routes.preview import PREVIEW_ROUTES
from api.http.routes.rtmp import RTMP_ROUTES
from api.http.routes.screen import PLACE_ROUTES, SCREEN_ROUTES
from api.http.routes.show import EDIT_SCENE_ROUTES, SHOW_ROUTES, SHOW_SCHEMA_ROUTES
from api.http.routes.streams import STREAM_LIST_ROUTES, STREAM_ROUTES
from api.http.routes.timelines import TIMELINE_ROUTES
from api.http.routes.tokens import TOKEN_ROUTES
from api.http.routes.variants import VARIANT_ROUTES
from api.http.services import EXTENSION, make_services
from api.http.shapes import refuse
from farm.clock import Clock
from farm.errors import InputError
from farm.log import get_logger
from farm.settings import Settings
from farm.store.connection import FarmRedis
from farm.store.tokens import Token

log = get_logger(__name__)

_ABOUT = "Draw live streams with a farm. Answers are {success: true, data} or {success: false, error}."
_FORM_MEMORY_BYTES = 1_000_000
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:; style-src 'self'; "
        "script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


def create_app(settings: Settings, redis: FarmRedis, clock: Clock) -> Flask:
    """The WSGI app over ``redis``."""
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
    app.url_map.merge_slashes = False  # a path with two slashes is another path, and no redirect
    app.request_class = FarmRequest
    app.json = FarmJson(app)
    # One byte more than we take: a body without a length is cut there, and known to be too large by it.
    app.config["MAX_CONTENT_LENGTH"] = settings.body_max_bytes + 1
    app.config["MAX_FORM_MEMORY_SIZE"] = min(_FORM_MEMORY_BYTES, settings.body_max_bytes)
    app.extensions[EXTENSION] = make_services(settings, redis, clock)
    handle_errors(app)
    app.before_request(authenticate)
    app.before_request(check_body)
    app.after_request(_add_headers)
    app.after_request(_log_change)
    _add_routes(app)
    return app


def _add_routes(app: OpenAPI) -> None:
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
        (TOKEN_ROUTES, "Access tokens"),
        (RTMP_ROUTES, "RTMP server"),
    )
    mount(app, "farm", "", of_the_farm)
    mount(app, "stream", "/streams/<stream>", of_a_stream)
    mount(app, "default_stream", "/stream", of_a_stream)
    mount(app, "scene", "/streams/<stream>/scenes/<scene>", of_a_scene)
    mount(app, "default_stream_scene", "/stream/scenes/<scene>", of_a_scene)
    add_pages(app)
    add_dashboard_settings(app)
    _ = app.api_doc  # made once, here, before threads ask for it


def _refuse(error: ValidationError) -> NoReturn:
    """The library asks for an answer; our errors have their one way to become one."""
    raise refuse(error) from error


def _log_change(response: Response) -> Response:
    """Who changed what, or tried to. The path only: a query may hold anything."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        who: Token | None = g.get("caller")
        log.info(
            "asked",
            what=f"{request.method} {request.path}",
            status=response.status_code,
            by=who.owner if who else None,
            address=request.remote_addr,
        )
    return response


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
