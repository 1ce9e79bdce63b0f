"""The connection to Redis, and the one edge at which its errors become ours."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import NoScriptError
from redis.retry import Retry

from farm.errors import StoreCannotSave, StoreUnavailable
from farm.log import get_logger
from farm.store.primary import connection_options, split_urls

log = get_logger(__name__)
_NOT_PERSISTED = "MISCONF"
"""What Redis says while its append-only file cannot be written."""


def unavailable(error: redis.RedisError) -> StoreUnavailable:
    """Our error for a driver's; the server's words are kept, addresses and passwords never are."""
    if isinstance(error, redis.AuthenticationError):
        return StoreUnavailable("Redis refuses the password; look at REDIS_PASSWORD, REDIS_URL and STATE_DIR")
    if isinstance(error, redis.ReadOnlyError):
        return StoreUnavailable("this Redis is a replica now; looking for the primary")
    if isinstance(error, redis.OutOfMemoryError):
        return StoreUnavailable("Redis has no memory left and refuses to write")
    if isinstance(error, redis.ResponseError) and str(error).startswith(_NOT_PERSISTED):
        return StoreCannotSave("Redis cannot save to its disk (is it full?) and refuses to write")
    return StoreUnavailable(f"Redis does not answer ({type(error).__name__})")


def as_text(answer: bytes | str) -> str:
    """An answer of Redis as text."""
    return answer if isinstance(answer, str) else answer.decode()


class FarmPipeline(Pipeline):
    """A pipeline whose driver errors are translated."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002  the driver's signature
        """Run the queued commands. Raises StoreUnavailable."""
        try:
            return list(super().execute(raise_on_error))
        except redis.WatchError:
            raise
        except redis.ReadOnlyError as error:
            self.connection_pool.disconnect()
            raise unavailable(error) from error
        except redis.RedisError as error:
            raise unavailable(error) from error


class FarmRedis(redis.Redis):
    """A Redis client that raises StoreUnavailable instead of the driver's errors. Answers are bytes."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Run one command. Raises StoreUnavailable."""
        try:
            try:
                return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
            except redis.ReadOnlyError:
                # Nothing was done; the primary is somewhere else now.
                self.connection_pool.disconnect()
                return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except NoScriptError:
            # The driver's Script object answers this by loading the script and asking again.
            raise
        except redis.RedisError as error:
            raise unavailable(error) from error

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> FarmPipeline:  # noqa: FBT001, FBT002
        """A pipeline with the same translation."""
        return FarmPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


def connect(url: str, *, timeout_s: float = 2.0) -> FarmRedis:
    """A client for ``url``, or for the primary of several with commas. Connects when first used; every call
    fails within ``timeout_s`` or so for each address."""
    pool = redis.ConnectionPool.from_url(
        split_urls(url)[0],
        **connection_options(url),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
    )
    client = FarmRedis(connection_pool=pool)
    client.auto_close_connection_pool = True
    return client


def begin_file_anew(client: FarmRedis) -> None:
    """Have Redis write its append-only file anew, after it could not write for a while.

    What it cuts off then is not always what it wrote last (seen with 7.0.15, as a primary that was a replica
    before), and a file with a hole keeps it from ever starting again. A Redis that may not be told to, or is
    at it already, is left alone.
    """
    try:
        client.bgrewriteaof()
    except StoreUnavailable as error:
        log.info("Redis does not write its file anew", reason=error.message)
