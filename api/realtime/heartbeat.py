"""This API process's sign of life."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.messages import to_json
from farm.settings import Settings
from farm.store import keys
from farm.store.async_connection import AsyncFarmRedis
from farm.store.heartbeats import beat_command, end_command

log = get_logger(__name__)

EVERY_S = 2.0
EXPIRES_MS = 6000


@asynccontextmanager
async def heartbeat(redis: AsyncFarmRedis, settings: Settings) -> AsyncIterator[None]:
    """Beat while the block runs; the sign is taken away at its end."""
    name = f"{settings.node_name}-{settings.port}"
    key = keys.component(f"api:{name}")
    beat = to_json({"kind": "api", "name": name, "host": socket.gethostname(), "pid": os.getpid()})

    async def forever() -> None:
        while True:
            try:
                await redis.execute_command(*beat_command(key, beat, EXPIRES_MS))
            except StoreUnavailable as error:
                log.debug("no heartbeat", reason=error.message)  # /ready and the feeds say it aloud
            await asyncio.sleep(EVERY_S)

    beating = asyncio.create_task(forever())
    try:
        yield
    finally:
        beating.cancel()
        try:
            await redis.execute_command(*end_command(key))
        except StoreUnavailable as error:
            log.debug("the heartbeat expires by itself", reason=error.message)
