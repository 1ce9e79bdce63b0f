"""A running WebSocket server over the tests' Redis, and clients of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.realtime.access import Doorkeeper
from api.realtime.feed import Feeds
from api.realtime.state import FarmState
from api.realtime.websocket import EventServer
from farm.clock import SystemClock
from farm.store.async_connection import connect_async
from farm.store.connection import connect as connect_redis
from farm.store.tokens import Scope, TokenStore

PATIENCE_S = 15.0
INTERVAL_S = 0.02
"""How often the server under test looks at a stream's condition."""


class FixedAudience:
    """An RTMP server with a known number of viewers."""

    def count(self, stream: str) -> int:
        """Seven."""
        return 7


class Rig:
    """Where the server is, and who may enter."""

    def __init__(self, port: int, tokens: TokenStore, feeds: Feeds) -> None:
        self.port = port
        self.tokens = tokens
        self.feeds = feeds

    def token(self, owner: str = "ann", scope: Scope = Scope.VIEWER) -> str:
        """A new token of ``owner``."""
        return self.tokens.create(owner, scope)[1]

    @asynccontextmanager
    async def client(self, path: str = "/streams/demo/events", **options: Any) -> AsyncIterator[Client]:
        """A client that has not said anything yet."""
        async with connect(f"ws://127.0.0.1:{self.port}{path}", compression=None, **options) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def listener(self, token: str | None = None, **wishes: Any) -> AsyncIterator[Client]:
        """A signed-in client."""
        async with self.client() as client:
            await client.say(type="auth", token=token or self.token(), **wishes)
            yield client


class Client:
    """Speaks the protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        """Send one message."""
        await self.socket.send(json.dumps(message))

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next message of one of ``kinds``, skipping others."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                if message["type"] in kinds:
                    return message

    async def goodbye(self) -> tuple[int, str]:
        """With which code and reason the server closes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                return 1006, ""
            return closed.rcvd.code, closed.rcvd.reason


@asynccontextmanager
async def event_server(redis_url: str, *, admin_token: str | None = None) -> AsyncIterator[Rig]:
    """A server on a free port."""
    redis, blocking, clock = connect_async(redis_url), connect_redis(redis_url), SystemClock()
    state = FarmState(redis)
    tokens = TokenStore(blocking, clock, admin_token=admin_token)
    feeds = Feeds(state, FixedAudience(), clock, interval_s=INTERVAL_S)
    server = await EventServer(Doorkeeper(tokens, state), state, feeds, clock).start("127.0.0.1", 0)
    try:
        yield Rig(server.sockets[0].getsockname()[1], tokens, feeds)
    finally:
        server.close()
        await server.wait_closed()
        await redis.aclose()
        blocking.close()
