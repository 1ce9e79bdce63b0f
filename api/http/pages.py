"""What a browser shows: the dashboard, and the reference of this API. Open to all; neither holds a secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, send_from_directory

from api.http.access import require
from api.http.document import Document

DASHBOARD_DIR = Path(__file__).parents[1] / "dashboard"
STATIC_DIR = Path(__file__).parent / "static"


def add_pages(app: Flask, documentation: Callable[[], Document]) -> None:
    """Add the pages' routes to ``app``."""

    def openapi_document() -> Response:
        """This API in the OpenAPI format."""
        return Response(documentation().openapi, mimetype="application/json")

    def reference() -> Response:
        """This API for people to read."""
        return Response(documentation().reference, mimetype="text/html")

    for rule, view in (
        ("/", dashboard),
        ("/dashboard/<path:file>", dashboard_file),
        ("/openapi.json", openapi_document),
        ("/reference", reference),
        ("/reference/<path:file>", reference_file),
    ):
        app.add_url_rule(rule, view.__name__, view)
        require(app, view.__name__, None)


def dashboard() -> Response:
    """The dashboard."""
    return send_from_directory(DASHBOARD_DIR, "index.html")


def dashboard_file(file: str) -> Response:
    """A part of the dashboard."""
    return send_from_directory(DASHBOARD_DIR, file)


def reference_file(file: str) -> Response:
    """A part of the reference."""
    return send_from_directory(STATIC_DIR, file)
