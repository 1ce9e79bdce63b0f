"""Access tokens: admins make and revoke them, everybody may ask who they are."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from api.http.access import caller
from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Body, Shape
from farm.messages import to_plain
from farm.store.tokens import Scope


class TokenBody(Body):
    """For whom, and how much it may do: a viewer reads, an operator changes what the owner has, an admin
    does everything."""

    owner: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    scope: Annotated[Scope, Field(strict=False)] = Scope.OPERATOR
    name: str = Field("", max_length=100)


class TokenShape(Shape):
    """What is known of a token."""

    id: str
    owner: str
    scope: Scope
    name: str
    created_at: int = Field(validation_alias="created_wall_ms")


class NewTokenShape(TokenShape):
    """A token that was just made; nobody can read ``token`` again."""

    token: str = Field(repr=False)


class TokensShape(Shape):
    """Tokens, oldest first."""

    tokens: list[TokenShape]
    count: int


class TokenPath(BaseModel):
    """Which token, by its id."""

    token_id: str


def list_tokens() -> Response:
    """All tokens but the one of the settings."""
    shapes = [TokenShape.model_validate(to_plain(token)) for token in services().tokens.all()]
    return ok(TokensShape(tokens=shapes, count=len(shapes)))


def create_token(body: TokenBody) -> Response:
    """Make a token. It is told once."""
    record, secret = services().tokens.create(body.owner, body.scope, body.name)
    return ok(NewTokenShape.model_validate({**to_plain(record), "token": secret}), status=201)


def who_am_i() -> Response:
    """What the farm knows of the token that asks."""
    return ok(TokenShape.model_validate(to_plain(caller())))


def revoke_token(path: TokenPath) -> Response:
    """Revoke a token. The last admin's stays, unless the settings have one."""
    services().tokens.revoke(path.token_id)
    return ok()


TOKEN_ROUTES = (
    Route("GET", "/tokens", list_tokens, TokensShape, scope=Scope.ADMIN),
    Route("POST", "/tokens", create_token, NewTokenShape, status=201, scope=Scope.ADMIN),
    Route("GET", "/tokens/me", who_am_i, TokenShape, scope=Scope.VIEWER),
    Route("DELETE", "/tokens/<token_id>", revoke_token, scope=Scope.ADMIN),
)
