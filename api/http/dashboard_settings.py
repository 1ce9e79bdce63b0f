"""What the dashboard must know before it can show anything; open to all, and no secret."""

from __future__ import annotations

from flask import Response
from flask_openapi3.openapi import OpenAPI

from api.http.access import require
from api.http.envelope import ok
from api.http.services import services


def add_dashboard_settings(app: OpenAPI) -> None:
    """Add the route to ``app``."""
    app.add_url_rule("/dashboard/settings.json", dashboard_settings.__name__, dashboard_settings)
    require(app, dashboard_settings.__name__, None)


def dashboard_settings() -> Response:
    """``{success, data: {wsPort}}``: on which port of this host the events are."""
    return ok({"wsPort": services().settings.ws_port})
