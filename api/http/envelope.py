"""The one form of all answers: ``{success: true, data}`` or ``{success: false, error: {...}}``."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Generic, Literal, TypeVar

import msgspec
from flask import Flask, Response
from flask.json.provider import JSONProvider
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from api.http.shapes import Remembered, Shape
from farm.errors import FarmError, Severity, Unauthorized
from farm.log import get_logger, mask_text
from farm.messages import to_json

log = get_logger(__name__)

DataT = TypeVar("DataT")
RETRY_AFTER_S = 2
"""When to come back after an answer that says "not now"."""


class Success(Remembered, Generic[DataT]):
    """What went well."""

    success: Literal[True] = True
    data: DataT


class Done(BaseModel):
    """What went well and has nothing to tell."""

    success: Literal[True] = True


class Problem(BaseModel):
    """``code`` is for programs, ``message`` for people, ``details`` are the numbers and paths behind it."""

    code: str
    message: str
    details: dict[str, Any]


class Failure(BaseModel):
    """What went wrong."""

    success: Literal[False] = False
    error: Problem


class FarmJson(JSONProvider):
    """JSON as the rest of the farm reads and writes it: strict, and quick."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """``obj`` as JSON; with an ``indent`` for people."""
        return msgspec.json.format(to_json(obj), indent=kwargs.get("indent") or -1).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value in ``s``. Raises ValueError."""
        try:
            return msgspec.json.decode(s)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(str(error)) from error
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error


def ok(
    data: Shape | Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that says yes; without ``data`` it says only that."""
    body: dict[str, Any] = {"success": True}
    if data is not None:
        body["data"] = data.plain() if isinstance(data, Shape) else data
    return Response(to_json(body), status, headers, mimetype="application/json")


def failure(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> Response:
    """An answer that says no, and why."""
    error = {"code": code, "message": mask_text(message), "details": details or {}}
    return Response(to_json({"success": False, "error": error}), status, mimetype="application/json")


def handle_errors(app: Flask) -> None:
    """Answer every error in the one form."""
    app.register_error_handler(FarmError, _farm_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _farm_error(error: FarmError) -> Response:
    if error.severity is Severity.CRITICAL:
        log.error("a request failed", error=error.message, code=error.code, exc_info=error)
    response = failure(error.http_status, error.code, error.message, error.details)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.http_status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


_HTTP_CODES = {
    HTTPStatus.BAD_REQUEST: "INVALID_REQUEST",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "BODY_TOO_LARGE",
}
_HTTP_MESSAGES = {
    HTTPStatus.NOT_FOUND: "there is nothing at this path; /reference lists all there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path does not take this method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large",
}


def _http_error(error: HTTPException) -> Response:
    """What the framework refuses: an unknown path, a wrong method, a body over the limit."""
    status = HTTPStatus(error.code or 500)
    code = _HTTP_CODES.get(status, status.name)
    response = failure(status, code, _HTTP_MESSAGES.get(status) or error.description or status.phrase)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    """The error boundary of the API: the log gets the traceback, the caller only that it is our fault."""
    log.error("a request broke", exc_info=error)
    return failure(500, "INTERNAL", "something went wrong on our side; the log has the details")
