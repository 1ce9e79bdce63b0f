"""Who may listen to which stream: the HTTP API's tokens and rules, asked from the event loop."""

from __future__ import annotations

import asyncio
from typing import Protocol

from api.realtime.state import FarmState
from farm.errors import NotFound
from farm.store.tokens import Token


class Tokens(Protocol):
    """The part of TokenStore that is needed here; it may block."""

    def identify(self, token: str) -> Token:
        """Who calls with ``token``. Raises Unauthorized and StoreUnavailable."""
        ...


class Doorkeeper:
    """Lets people in."""

    def __init__(self, tokens: Tokens, state: FarmState) -> None:
        self._tokens = tokens
        self._state = state

    async def admit(self, token: str, wanted: str | None) -> str:
        """The id of the stream that the caller may listen to; None asks for their default stream, the oldest.

        Raises Unauthorized, StoreUnavailable, and NotFound also for other people's streams.
        """
        caller = await asyncio.to_thread(self._tokens.identify, token)
        if wanted is None:
            records = await self._state.records()
            mine = next((record.id for record in records if record.owner == caller.owner), None)
            if mine is None:
                raise NotFound("you have no stream yet")
            return mine
        record = await self._state.record(wanted)
        if record is None or not caller.may_see(record.owner):
            raise NotFound(f"there is no stream {wanted!r}", {"stream": wanted})
        return record.id
