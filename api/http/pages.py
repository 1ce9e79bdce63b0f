"""What a browser shows: the dashboard, and the reference of this API. Open to all; neither holds a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, render_template, send_from_directory
from flask_openapi3.openapi import OpenAPI

from api.http.access import require

DASHBOARD_DIR = Path(__file__).parents[1] / "dashboard"
STATIC_DIR = Path(__file__).parent / "static"
_METHODS = ("get", "post", "put", "patch", "delete")


def add_pages(app: OpenAPI) -> None:
    """Add the pages' routes to ``app``."""
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


def openapi_document() -> Response:
    """This API in the OpenAPI format."""
    return jsonify(_document())


def reference() -> str:
    """This API for people to read."""
    document = _document()
    sections: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                row = {"method": method.upper(), "path": path, "operation": operation}
                sections.setdefault(operation["tags"][0], []).append(row)
    return render_template("reference.html", document=document, sections=sections)


def reference_file(file: str) -> Response:
    """A part of the reference."""
    return send_from_directory(STATIC_DIR, file)


def _document() -> dict[str, Any]:
    app = current_app
    document: dict[str, Any] = app.api_doc  # type: ignore[attr-defined]  # the app is an OpenAPI one
    return document
