"""Where Redis is, when that may change: of several addresses, the one whose server is a primary.

REDIS_URL may name several, with commas. A connection tries them in turn, beginning with the one that was the
primary last, and asks for its ROLE; so every client follows a fail-over by itself. Who becomes the primary is
decided elsewhere (Redis Sentinel, a provider, an operator); one that was replaced must return as a replica.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import redis
from redis import asyncio as aioredis
from redis.connection import parse_url

SEPARATOR = ","
_PRIMARY = (b"master", "master")
_DEFAULT_PORT = 6379


def split_urls(url: str) -> list[str]:
    """The addresses in a REDIS_URL, at least one."""
    return [part.strip() for part in url.split(SEPARATOR)]


def each_url(url: str, change: Callable[[str], str]) -> str:
    """``url`` with every address in it changed."""
    return SEPARATOR.join(change(part) for part in split_urls(url))


class Place(NamedTuple):
    """One address."""

    host: str
    port: int


class Places:
    """The addresses of one farm's Redis, and which of them was the primary's last."""

    def __init__(self, url: str) -> None:
        parsed = [parse_url(part) for part in split_urls(url)]  # type: ignore[no-untyped-call]
        self._places = [Place(p.get("host", "localhost"), p.get("port", _DEFAULT_PORT)) for p in parsed]
        self._first = 0

    @property
    def only_one(self) -> bool:
        """Whether there is nothing to choose from."""
        return len(self._places) == 1

    def in_turn(self) -> Iterator[Place]:
        """All of them, beginning with the one that was found last."""
        first = self._first
        yield from self._places[first:]
        yield from self._places[:first]

    def found(self, place: Place) -> None:
        """The primary is there."""
        self._first = self._places.index(place)


def _require_primary(answer: Any) -> None:
    """Raises ConnectionError unless ``answer``, to ROLE, is a primary's."""
    if answer[0] not in _PRIMARY:
        raise redis.ConnectionError("this Redis is a replica")


class _Seeking:
    """What makes a driver's connection look for the primary among ``places``."""

    def __init__(self, *, places: Places, **options: Any) -> None:
        self._places = places
        super().__init__(**options)

    def connect_check_health(self, *args: Any, **options: Any) -> None:
        """Called by the driver when there is no connection. Raises its errors."""
        if self._sock is not None:  # type: ignore[attr-defined]
            return
        trouble = redis.RedisError("no address")
        for place in self._places.in_turn():
            self.host, self.port = place
            try:
                super().connect_check_health(*args, **options)  # type: ignore[misc]
            except redis.RedisError as error:
                trouble = error
            else:
                self._places.found(place)
                return
        raise trouble

    def on_connect_check_health(self, check_health: bool = True) -> None:  # noqa: FBT001, FBT002  the driver's
        """Called by the driver on a new connection, before what was subscribed is subscribed again."""
        super().on_connect_check_health(check_health)  # type: ignore[misc]
        if self._places.only_one:
            return
        self.send_command("ROLE", check_health=False)  # type: ignore[attr-defined]
        _require_primary(self.read_response())  # type: ignore[attr-defined]

    def _send_ping(self) -> None:
        """The driver's question whether the connection is sound. A Redis with a full disk refuses even this,
        but would answer what reads."""
        with suppress(redis.ResponseError):
            super()._send_ping()  # type: ignore[misc]


class PrimaryConnection(_Seeking, redis.Connection):
    """A connection to the primary."""


class PrimaryTlsConnection(_Seeking, redis.SSLConnection):
    """An encrypted connection to the primary."""


class _AsyncSeeking:
    """The same for an event loop."""

    def __init__(self, *, places: Places, **options: Any) -> None:
        self._places = places
        super().__init__(**options)

    async def connect_check_health(self, *args: Any, **options: Any) -> None:
        """See :class:`_Seeking`."""
        if self.is_connected:  # type: ignore[attr-defined]
            return
        trouble = redis.RedisError("no address")
        for place in self._places.in_turn():
            self.host, self.port = place
            try:
                await super().connect_check_health(*args, **options)  # type: ignore[misc]
            except redis.RedisError as error:
                trouble = error
            else:
                self._places.found(place)
                return
        raise trouble

    async def on_connect_check_health(self, check_health: bool = True) -> None:  # noqa: FBT001, FBT002
        """See :class:`_Seeking`."""
        await super().on_connect_check_health(check_health)  # type: ignore[misc]
        if self._places.only_one:
            return
        await self.send_command("ROLE", check_health=False)  # type: ignore[attr-defined]
        _require_primary(await self.read_response())  # type: ignore[attr-defined]

    async def _send_ping(self) -> None:
        """See :class:`_Seeking`."""
        with suppress(redis.ResponseError):
            await super()._send_ping()  # type: ignore[misc]


class AsyncPrimaryConnection(_AsyncSeeking, aioredis.Connection):
    """A connection to the primary, for an event loop."""


class AsyncPrimaryTlsConnection(_AsyncSeeking, aioredis.SSLConnection):
    """An encrypted connection to the primary, for an event loop."""


def connection_options(url: str) -> dict[str, Any]:
    """What a connection pool needs on top of the first address of ``url``."""
    if url.startswith("unix:"):
        return {}
    tls = url.startswith("rediss:")
    return {"connection_class": PrimaryTlsConnection if tls else PrimaryConnection, "places": Places(url)}


def async_connection_options(url: str) -> dict[str, Any]:
    """The same for an event loop."""
    if url.startswith("unix:"):
        return {}
    tls = url.startswith("rediss:")
    kind = AsyncPrimaryTlsConnection if tls else AsyncPrimaryConnection
    return {"connection_class": kind, "places": Places(url)}
