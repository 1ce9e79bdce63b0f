"""Whether the farm on this host is ready, as its health server says it."""

from __future__ import annotations

import http.client
from contextlib import closing
from http import HTTPStatus

ANSWERS_WITHIN_S = 5.0


def is_ready(health_port: int) -> bool:
    """Whether the health server at this port of loopback answers that the farm is ready."""
    # This is asked over and over while a farm opens; a client of httpx costs 20 ms of CPU before it asks.
    with closing(
        http.client.HTTPConnection("127.0.0.1", health_port, timeout=ANSWERS_WITHIN_S)
    ) as connection:
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
