"""The three servers of the event loop, over one connection pool to Redis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.server import Server

from api.realtime.access import Doorkeeper
from api.realtime.feed import Feeds
from api.realtime.health import Address, Health
from api.realtime.heartbeat import heartbeat
from api.realtime.metrics import Metrics
from api.realtime.plain_http import serve_pages
from api.realtime.state import FarmState
from api.realtime.websocket import EventServer
from api.viewers import ViewerCounter
from farm.clock import Clock
from farm.errors import SettingsError
from farm.settings import Settings
from farm.store.async_connection import connect_async
from farm.store.connection import connect
from farm.store.tokens import TokenStore

CLOSE_WITHIN_S = 2.5


@asynccontextmanager
async def realtime_servers(settings: Settings, clock: Clock) -> AsyncIterator[None]:
    """WebSocket, health and metrics, listening while the block runs.

    Raises SettingsError that names the setting when a port cannot be had.
    """
    async with AsyncExitStack() as stack:
        redis = connect_async(settings.broker_url())
        stack.push_async_callback(redis.aclose)
        blocking = connect(settings.broker_url())
        stack.callback(blocking.close)

        state = FarmState(redis)
        admin = settings.admin_token.get_secret_value() if settings.admin_token else None
        doorkeeper = Doorkeeper(TokenStore(blocking, clock, admin_token=admin), state)
        viewers = ViewerCounter(settings.rtmp_host, settings.rtmp_stat_port, clock)
        events = EventServer(doorkeeper, state, Feeds(state, viewers, clock), clock)
        health = Health(
            state,
            clock,
            {
                "rtmp": Address(settings.rtmp_host, settings.rtmp_port),
                "http": Address(settings.host, settings.port),
            },
        )
        health_routes = {"/live": health.live, "/ready": health.ready}
        metrics_routes = {"/metrics": Metrics(state, clock).scrape}

        host = settings.host
        try:
            setting = "WS_PORT"
            await stack.enter_async_context(_closing(await events.start(host, settings.ws_port)))
            setting = "HEALTH_PORT"
            server = await serve_pages(host, settings.health_port, health_routes)
            await stack.enter_async_context(_closing(server))
            setting = "METRICS_PORT"
            server = await serve_pages(host, settings.metrics_port, metrics_routes)
            await stack.enter_async_context(_closing(server))
        except OSError as error:
            raise cannot_listen(setting, error) from error
        await stack.enter_async_context(heartbeat(redis, settings))
        yield


def cannot_listen(setting: str, error: OSError) -> SettingsError:
    """The error of a process that cannot have its port, naming the ``setting`` to change."""
    # asyncio puts the address into the text; the system's own words are shorter.
    reason = os.strerror(error.errno) if error.errno else str(error)
    return SettingsError(f"{setting}: nobody can listen there ({reason}); free it or set {setting} or HOST")


@asynccontextmanager
async def _closing(server: Server) -> AsyncIterator[None]:
    """Close ``server`` after the block; clients that don't take the goodbye are cut off."""
    try:
        yield
    finally:
        server.close()
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await server.wait_closed()
        except TimeoutError:
            for connection in server.all_connections:
                connection.transport.abort()
