"""Who calls, and whether they may: asked before every request, refused unless allowed."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g, request

from api.http.services import services
from farm.errors import Forbidden, Unauthorized
from farm.store.tokens import Scope, Token

_SCOPES = "framefarm.scopes"


def require(app: Flask, endpoint: str, scope: Scope | None) -> None:
    """Say which scope ``endpoint`` needs; None opens it to all. One that nobody spoke of is for admins."""
    app.extensions.setdefault(_SCOPES, {})[endpoint] = scope


def open_endpoints(app: Flask) -> set[str]:
    """The endpoints that need no token."""
    return {endpoint for endpoint, scope in app.extensions[_SCOPES].items() if scope is None}


def authenticate() -> None:
    """Before each request: find out who calls. Raises Unauthorized and Forbidden."""
    if request.routing_exception is not None:
        return  # answered as 404 or 405
    needed: Scope | None = _scopes().get(request.endpoint or "", Scope.ADMIN)
    if needed is None:
        return
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthorized("send an access token in the Authorization header, as Bearer")
    g.caller = services().tokens.identify(given.token)
    if not caller().scope.covers(needed):
        raise Forbidden(
            f"this needs a token of scope {needed}; yours is {caller().scope}",
            {"needed": needed, "scope": caller().scope},
        )


def caller() -> Token:
    """Who makes this request."""
    return cast(Token, g.caller)


def _scopes() -> dict[str, Scope | None]:
    return cast("dict[str, Scope | None]", current_app.extensions[_SCOPES])
