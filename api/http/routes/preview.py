"""What the stream looks like now, as a JPEG. The encoder makes one only while somebody looks."""

from __future__ import annotations

from flask import Response

from api.http.addressing import addressed_stream
from api.http.router import Route
from api.http.services import Services, services
from farm.errors import NotFound
from farm.messages import Desired
from farm.store import keys
from farm.store.tokens import Scope

WANTED_FOR_S = 3
_WAIT_NS = 1_000_000_000
_POLL_NS = 40_000_000


def preview() -> Response:
    """The newest picture of the stream, at most a second or so old."""
    farm, record = services(), addressed_stream()
    farm.redis.set(keys.preview_wanted(record.id), 1, ex=WANTED_FOR_S)
    picture = None
    if record.desired is not Desired.STOPPED:
        picture = _wait_for_picture(farm, record.id)
    if picture is None:
        raise NotFound(f"stream {record.id!r} shows nothing yet; is it on air?", {"stream": record.id})
    return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _wait_for_picture(farm: Services, stream: str) -> bytes | None:
    """The newest picture; waits a second for the first."""
    give_up_ns = farm.clock.monotonic_ns() + _WAIT_NS
    while True:
        picture = farm.redis.get(keys.preview(stream))
        if isinstance(picture, bytes):
            return picture
        now_ns = farm.clock.monotonic_ns()
        if now_ns >= give_up_ns:
            return None
        farm.clock.sleep_until_ns(now_ns + _POLL_NS)


PREVIEW_ROUTES = (Route("GET", "/preview.jpg", preview, scope=Scope.VIEWER, media="image/jpeg"),)
