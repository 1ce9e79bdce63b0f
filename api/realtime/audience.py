"""How many people watch: the players that the farm's own RTMP server counts."""

from __future__ import annotations

import asyncio
from typing import Protocol
from xml.etree import ElementTree

import httpx

from farm.clock import Clock
from farm.log import get_logger

log = get_logger(__name__)

KEPT_NS = 2_000_000_000
TIMEOUT_S = 1.0


class Audience(Protocol):
    """Counts viewers."""

    async def viewers(self, stream: str) -> int | None:
        """How many watch ``stream``; None when that is not known."""
        ...


def players_by_stream(statistics: str) -> dict[str, int]:
    """Players by stream name, from nginx-rtmp's ``/stat``. Raises ElementTree.ParseError."""
    root = ElementTree.fromstring(statistics)  # noqa: S314  our own server's words, from a private address
    return {
        stream.findtext("name", ""): sum(
            client.find("publishing") is None for client in stream.findall("client")
        )
        for stream in root.iter("stream")
    }


class RtmpAudience:
    """Asks the RTMP server, at most every two seconds however many streams are asked about."""

    def __init__(self, host: str, stat_port: int, clock: Clock) -> None:
        self._url = f"http://{host}:{stat_port}/stat"
        self._clock = clock
        self._turn = asyncio.Lock()
        self._asked_ns: int | None = None
        self._players: dict[str, int] | None = None

    async def viewers(self, stream: str) -> int | None:
        """See :class:`Audience`."""
        async with self._turn:
            now_ns = self._clock.monotonic_ns()
            if self._asked_ns is None or now_ns - self._asked_ns >= KEPT_NS:
                self._players = await self._ask()
                self._asked_ns = now_ns
        return None if self._players is None else self._players.get(stream, 0)

    async def _ask(self) -> dict[str, int] | None:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                return players_by_stream((await client.get(self._url)).raise_for_status().text)
        except (httpx.HTTPError, ElementTree.ParseError) as error:
            log.debug("the RTMP server's statistics are not to be had", reason=type(error).__name__)
            return None
