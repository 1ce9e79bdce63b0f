"""Which stream a request means: the one that its path names, or the caller's default one; and which scene.

The default stream of a caller is the oldest one that they own. Who owns none gets one when they first ask
for it: ``main-<owner>``.
"""

from __future__ import annotations

import re
from typing import Any

from flask import g

from api.http.access import caller
from api.http.services import services
from api.http.streams import default_stream
from farm.errors import NotFound
from farm.store.streams import StreamRecord

STREAM_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")


def pull_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Flask's url_value_preprocessor: take the stream's id and the scene's name out of the path's values."""
    g.stream_id = values.pop("stream", None) if values else None
    g.scene_name = values.pop("scene", None) if values else None


def addressed_scene() -> str | None:
    """The name of the scene that this request means; None is the one on program."""
    name: str | None = g.get("scene_name")
    return name


def addressed_stream() -> StreamRecord:
    """The record of the stream that this request means.

    Raises NotFound when there is none with this id, or none that the caller may know of.
    """
    stream_id: str | None = g.get("stream_id")
    if stream_id is None:
        return default_stream(services(), caller().owner)
    if STREAM_ID.fullmatch(stream_id):
        record = services().streams.get(stream_id)
        if caller().may_see(record.owner):
            return record
    raise NotFound(f"there is no stream {stream_id!r}", {"stream": stream_id})
