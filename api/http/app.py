"""The app: routes, sign-in, checks of bodies, the one form of answers and the headers of all of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, g, request

from api.http.access import authenticate
from api.http.dashboard_settings import add_dashboard_settings
from api.http.document import Document
from api.http.documentation import Documentation
from api.http.envelope import handle_errors
from api.http.intake import FarmRequest, check_body
from api.http.pages import add_pages
from api.http.services import EXTENSION, make_services
from api.http.table import add_routes, blank_app
from farm.clock import Clock
from farm.log import get_logger
from farm.settings import Settings
from farm.store.connection import FarmRedis
from farm.store.tokens import Token

log = get_logger(__name__)

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


def create_app(
    settings: Settings,
    redis: FarmRedis,
    clock: Clock,
    documentation: Callable[[], Document] | None = None,
) -> Flask:
    """The WSGI app over ``redis``. Its documents come from ``documentation``, else from a process that is
    started when they are asked for."""
    app = blank_app()
    app.url_map.merge_slashes = False  # a path with two slashes is another path, and no redirect
    app.request_class = FarmRequest
    # One byte more than we take: a body without a length is cut there, and known to be too large by it.
    app.config["MAX_CONTENT_LENGTH"] = settings.body_max_bytes + 1
    app.config["MAX_FORM_MEMORY_SIZE"] = min(_FORM_MEMORY_BYTES, settings.body_max_bytes)
    app.extensions[EXTENSION] = make_services(settings, redis, clock)
    handle_errors(app)
    app.before_request(authenticate)
    app.before_request(check_body)
    app.after_request(_add_headers)
    app.after_request(_log_change)
    add_routes(app, described=False)
    add_pages(app, documentation or Documentation(settings.fork_server).get)
    add_dashboard_settings(app)
    return app


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
