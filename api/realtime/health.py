"""``/live`` and ``/ready``: whether this process runs, and whether the farm can put a stream on air."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from websockets.datastructures import Headers

from api.realtime.plain_http import Page
from api.realtime.state import Component, FarmState
from farm.clock import Clock
from farm.errors import StoreUnavailable

KEPT_NS = 500_000_000
"""An answer is good for so long; probes may come as often as they like."""
CONNECT_TIMEOUT_S = 1.0
KINDS = ("coordinator", "worker", "encoder")
"""The processes of which at least one must be alive."""


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    def reachable(self) -> Address:
        """The address to connect to: a server on all interfaces is asked on loopback."""
        return self._replace(host={"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host))  # noqa: S104


def judge(
    redis_reason: str | None, components: Sequence[Component], servers: dict[str, str | None]
) -> dict[str, str | None]:
    """Each part's reason for not being ready, None for one that is.

    ``redis_reason`` says why Redis does not answer; ``servers`` are the answers of the others.
    """
    alive = {component.kind for component in components}
    parts: dict[str, str | None] = {"redis": redis_reason}
    for kind in KINDS:
        if redis_reason is not None:
            parts[kind] = "not known while Redis is away"
        else:
            parts[kind] = None if kind in alive else f"no {kind} has reported within seconds"
    return {**parts, **servers}


class Health:
    """Looks at every part, all at once, and keeps the answer for half a second."""

    def __init__(self, state: FarmState, clock: Clock, servers: dict[str, Address]) -> None:
        self._state = state
        self._clock = clock
        self._servers = servers
        self._turn = asyncio.Lock()
        self._page: Page | None = None
        self._looked_ns = 0

    async def live(self, _headers: Headers) -> Page:
        """200 while the event loop runs."""
        return _page(HTTPStatus.OK, {"status": "live"})

    async def ready(self, _headers: Headers) -> Page:
        """200 when every part is ready, else 503; with the reasons."""
        async with self._turn:
            now_ns = self._clock.monotonic_ns()
            if self._page is None or now_ns - self._looked_ns >= KEPT_NS:
                self._page = await self._look()
                self._looked_ns = now_ns
            return self._page

    async def _look(self) -> Page:
        found, *reasons = await asyncio.gather(
            self._components(), *(_connect_reason(address) for address in self._servers.values())
        )
        redis_reason, components = found
        parts = judge(redis_reason, components, dict(zip(self._servers, reasons, strict=True)))
        ready = not any(parts.values())
        return _page(
            HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
            {
                "status": "ready" if ready else "not ready",
                "parts": {name: {"ok": reason is None, "reason": reason} for name, reason in parts.items()},
            },
        )

    async def _components(self) -> tuple[str | None, tuple[Component, ...]]:
        try:
            return None, await self._state.components()
        except StoreUnavailable as error:
            return error.message, ()


async def _connect_reason(address: Address) -> str | None:
    """Why nobody accepts connections there; None when somebody does."""
    host, port = address.reachable()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"port {port} does not answer"
    except OSError as error:
        return f"port {port} takes no connection: {error.strerror or type(error).__name__}"
    writer.close()
    return None


def _page(status: HTTPStatus, content: dict[str, object]) -> Page:
    return Page(status, "application/json", json.dumps(content).encode())
