"""What the RTMP server asks: may somebody publish under this name?"""

from __future__ import annotations

from flask import Response, request

from api.http.envelope import ok
from api.http.router import Route
from api.http.services import services
from farm.errors import Forbidden


def publish() -> Response:
    """Answers nginx-rtmp's on_publish: 200 if the stream key is right, 403 otherwise.

    The form has the stream's ``name`` and the ``key`` argument of the publisher's URL.
    """
    form = request.form
    if not services().stream_keys.use(form.get("name", ""), form.get("key")):
        raise Forbidden("this stream key does not allow this stream")
    return ok()


RTMP_ROUTES = (Route("POST", "/rtmp/publish", publish, scope=None, raw_body=True),)
