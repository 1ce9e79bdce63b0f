"""The same connection to Redis for an event loop, with the same edge at which its errors become ours."""

from __future__ import annotations

from typing import Any

import redis
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from farm.store.connection import unavailable
from farm.store.primary import async_connection_options, split_urls

MAX_CONNECTIONS = 512


class AsyncFarmPipeline(Pipeline):
    """A pipeline whose driver errors are translated."""

    async def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002  the driver's signature
        """Run the queued commands. Raises StoreUnavailable."""
        try:
            return list(await super().execute(raise_on_error))
        except redis.ReadOnlyError as error:
            await self.connection_pool.disconnect()
            raise unavailable(error) from error
        except redis.RedisError as error:
            raise unavailable(error) from error


class AsyncFarmRedis(Redis):
    """A Redis client that raises StoreUnavailable instead of the driver's errors. Answers are bytes."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Run one command. Raises StoreUnavailable."""
        try:
            try:
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
            except redis.ReadOnlyError:
                # Nothing was done; the primary is somewhere else now.
                await self.connection_pool.disconnect()
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.RedisError as error:
            raise unavailable(error) from error

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> AsyncFarmPipeline:  # noqa: FBT001, FBT002
        """A pipeline with the same translation."""
        return AsyncFarmPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


def connect_async(url: str, *, timeout_s: float = 2.0) -> AsyncFarmRedis:
    """A client for ``url``, or for the primary of several with commas. Connects when first used; every call
    fails within ``timeout_s`` or so for each address, so that a blocking command must wait for less."""
    pool = ConnectionPool.from_url(
        split_urls(url)[0],
        **async_connection_options(url),
        max_connections=MAX_CONNECTIONS,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
    )
    client = AsyncFarmRedis(connection_pool=pool)
    client.auto_close_connection_pool = True
    return client
