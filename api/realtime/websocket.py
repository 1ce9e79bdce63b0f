"""The WebSocket server: ``/stream/events`` and ``/streams/{id}/events``."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from api.realtime.access import Doorkeeper
from api.realtime.feed import Feeds
from api.realtime.protocol import MAX_MESSAGE_BYTES
from api.realtime.session import CLOSE_TIMEOUT_S, Session
from api.realtime.state import FarmState
from farm.clock import Clock

MAX_CLIENTS = 1000
PING_INTERVAL_S = 15.0
_PATH = re.compile(r"/stream/events|/streams/([^/]{1,200})/events")


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header; None without one."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class EventServer:
    """Takes connections in and lets a session serve each."""

    def __init__(self, doorkeeper: Doorkeeper, state: FarmState, feeds: Feeds, clock: Clock) -> None:
        self._doorkeeper = doorkeeper
        self._state = state
        self._feeds = feeds
        self._clock = clock

    async def start(self, host: str, port: int) -> Server:
        """Listen. Raises OSError when the address cannot be had."""
        return await serve(
            self._handle,
            host,
            port,
            process_request=self._check,
            compression=None,  # small messages, many clients: not worth a compressor's memory for each
            server_header=None,
            max_size=MAX_MESSAGE_BYTES,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_INTERVAL_S,
            close_timeout=CLOSE_TIMEOUT_S,
        )

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse, before the handshake, what is no address of ours and what is one client too many."""
        if not _PATH.fullmatch(urlsplit(request.path).path):
            return connection.respond(
                HTTPStatus.NOT_FOUND, "WebSocket: /stream/events, /streams/{id}/events\n"
            )
        if len(connection.server.connections) >= MAX_CLIENTS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many clients\n")
        return None

    async def _handle(self, connection: ServerConnection) -> None:
        request = connection.request
        match = _PATH.fullmatch(urlsplit(request.path).path) if request else None
        if request is None or match is None:
            return
        wanted = unquote(match[1]) if match[1] else None
        session = Session(connection, wanted, self._state, self._feeds, self._clock)
        await session.run(self._doorkeeper, bearer_token(request.headers.get("Authorization")))
