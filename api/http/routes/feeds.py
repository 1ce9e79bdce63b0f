"""Live feeds: pictures that come one after the other, shown by feed layers without an edit of the scene."""

from __future__ import annotations

from typing import Annotated

import msgspec
from flask import Response, request
from flask_openapi3.models import RawModel
from pydantic import BaseModel, Field

from api.http.addressing import addressed_stream
from api.http.envelope import ok
from api.http.intake import too_large
from api.http.live import LiveDesk
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Shape
from farm.errors import InputError, NotFound
from farm.store.snapshots import FeedEntry, Snapshot
from farm.store.tokens import Scope


class FeedShape(Shape):
    """A live feed and its newest picture. ``receivedAt`` is wall time in milliseconds, ``snapshot`` the
    number of the live snapshot that brought the picture."""

    name: str
    width: int
    height: int
    bytes: int
    received_at: int
    snapshot: int


class FeedsShape(Shape):
    """The stream's live feeds, by name."""

    feeds: list[FeedShape]
    count: int


class FeedPath(BaseModel):
    """Which feed."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class FeedPictureBody(RawModel):
    """A picture."""

    mimetypes = ["image/jpeg", "image/png", "image/webp"]  # noqa: RUF012  the library's own declaration


def list_feeds() -> Response:
    """The live feeds that have a picture."""
    feeds = _desk().current().snapshot.feeds
    shapes = [_shape(name, feeds[name]) for name in sorted(feeds)]
    return ok(FeedsShape(feeds=shapes, count=len(shapes)))


def put_feed_picture(path: FeedPath, raw: FeedPictureBody) -> Response:
    """Show a picture in every layer of this feed, from the next frame on: PNG, JPEG or WebP."""
    farm, stream = services(), addressed_stream().scene_stream
    data, limit = request.get_data(), farm.settings.asset_max_bytes
    if not data:
        raise InputError("the body is empty; send a picture")
    if len(data) > limit:
        raise too_large(limit)
    desk = _desk()
    entry = farm.feeds.put(stream, data, desk.current().snapshot, path.name)

    def change(old: Snapshot, number: int, _shown: int) -> Snapshot:
        return old.with_feed(path.name, msgspec.structs.replace(entry, snapshot=number))

    return ok(_shape(path.name, desk.edit(change).snapshot.feeds[path.name]))


def delete_feed(path: FeedPath) -> Response:
    """Forget a feed; its layers show that they wait for one."""
    desk = _desk()
    if path.name not in desk.current().snapshot.feeds:
        raise NotFound(f"there is no feed {path.name!r}", {"feed": path.name})
    desk.edit(lambda old, _number, _shown: old.without_feed(path.name))
    return ok()


def _desk() -> LiveDesk:
    return LiveDesk(services(), addressed_stream())


def _shape(name: str, entry: FeedEntry) -> FeedShape:
    return FeedShape(
        name=name,
        width=entry.width,
        height=entry.height,
        bytes=entry.bytes,
        received_at=entry.wall_ms,
        snapshot=entry.snapshot,
    )


FEED_ROUTES = (
    Route("GET", "/feeds", list_feeds, FeedsShape, scope=Scope.VIEWER),
    Route("PUT", "/feeds/<name>/picture", put_feed_picture, FeedShape, raw_body=True),
    Route("DELETE", "/feeds/<name>", delete_feed),
)
