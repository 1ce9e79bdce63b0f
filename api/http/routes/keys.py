"""Stream keys: who may publish to the farm's own RTMP server under a stream's name."""

from __future__ import annotations

from flask import Response
from pydantic import BaseModel

from api.http.access import caller
from api.http.addressing import addressed_stream
from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Shape
from farm.log import mask_text
from farm.store.tokens import Scope


class NewKeyShape(Shape):
    """A key that was just made; ``createdAt`` is Unix time in ms."""

    id: str
    key: str
    created_at: int


class KeyShape(NewKeyShape):
    """A key; ``lastUsed`` is null until somebody publishes with it. Viewers see it masked."""

    last_used: int | None


class KeysShape(Shape):
    """A stream's keys, oldest first."""

    keys: list[KeyShape]


class KeyPath(BaseModel):
    """Which key."""

    key_id: str


def list_keys() -> Response:
    """The stream's keys."""
    clear = caller().scope.covers(Scope.OPERATOR)
    shapes = [
        KeyShape(
            id=key.id,
            key=key.key if clear else mask_text(key.key),
            created_at=key.created_wall_ms,
            last_used=key.last_used_wall_ms,
        )
        for key in services().stream_keys.of(addressed_stream().id)
    ]
    return ok(KeysShape(keys=shapes))


def create_key() -> Response:
    """Make a new key."""
    key = services().stream_keys.create(addressed_stream().id)
    return ok(NewKeyShape(id=key.id, key=key.key, created_at=key.created_wall_ms), status=201)


def delete_key(path: KeyPath) -> Response:
    """Revoke a key. Who publishes with it now goes on until they disconnect."""
    services().stream_keys.delete(addressed_stream().id, path.key_id)
    return ok()


KEY_ROUTES = (
    Route("GET", "/keys", list_keys, KeysShape, scope=Scope.VIEWER),
    Route("POST", "/keys", create_key, NewKeyShape, status=201),
    Route("DELETE", "/keys/<key_id>", delete_key),
)
