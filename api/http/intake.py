"""What is checked of every request's body before a handler sees it: its size, its type, that it is JSON."""

from __future__ import annotations

from typing import NoReturn

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from api.http.services import services
from farm.errors import InputError, TooLarge

_RAW = "framefarm.raw"


class FarmRequest(Request):
    """A request that says in our words why its body is not JSON."""

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        """Called for a body of another type (None) or that is no JSON."""
        if e is None:
            raise UnsupportedMediaType("send JSON: Content-Type: application/json")
        raise InputError(f"the body is not JSON: {e}")


def takes_raw(app: Flask, endpoint: str) -> None:
    """Say that ``endpoint`` reads bodies which are not JSON."""
    app.extensions.setdefault(_RAW, set()).add(endpoint)


def check_body() -> None:
    """Before each request, when the caller is known. Raises TooLarge and InputError."""
    limit = services().settings.body_max_bytes
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    if request.routing_exception is not None or request.endpoint in current_app.extensions.get(_RAW, ()):
        return
    data = request.get_data()
    if len(data) > limit:  # one that did not tell its length
        raise too_large(limit)
    if not data:
        return
    if not isinstance(request.get_json(), dict):
        raise InputError("the body must be a JSON object")


def too_large(limit: int) -> TooLarge:
    """A body is over ``limit`` bytes."""
    return TooLarge(f"the body is too large; at most {limit:,} bytes are allowed", {"limitBytes": limit})
