"""One WebSocket connection, from its first message to its last."""

from __future__ import annotations

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from api.realtime.access import Doorkeeper
from api.realtime.feed import Farewell, Feed, Feeds, Listener, Outgoing
from api.realtime.protocol import (
    Auth,
    CloseCode,
    Subscribe,
    event_position,
    parse_message,
    told,
    told_entry,
    told_error,
)
from api.realtime.state import FarmState
from farm.clock import Clock
from farm.errors import InputError, NotFound, StoreUnavailable, Unauthorized

AUTH_TIMEOUT_S = 5.0
TOKEN_RECHECK_S = 30.0
CLOSE_TIMEOUT_S = 2.0
MAX_MISTAKES = 20
REPLAY_COUNT = 200
MAX_REASON_BYTES = 120  # RFC 6455 allows 123


class Session:
    """Answers one client, who asked for the stream ``wanted`` or, with None, for their default stream."""

    def __init__(
        self, socket: ServerConnection, wanted: str | None, state: FarmState, feeds: Feeds, clock: Clock
    ) -> None:
        self._socket = socket
        self._wanted = wanted
        self._stream = wanted or ""
        self._state = state
        self._feeds = feeds
        self._clock = clock
        self._listener = Listener()
        self._events: frozenset[str] | None = None
        self._cursor = "0-0"
        self._turn = asyncio.Lock()

    async def run(self, doorkeeper: Doorkeeper, header_token: str | None) -> None:
        """Serve the client until it goes or is sent away; the connection is closed then."""
        try:
            await self._serve(doorkeeper, header_token)
        except ConnectionClosed:
            return
        except Farewell as farewell:
            await self._close(farewell)

    async def _serve(self, doorkeeper: Doorkeeper, header_token: str | None) -> None:
        auth = Auth(header_token) if header_token else await self._first_message()
        self._stream = await self._admit(doorkeeper, auth.token)
        async with self._feeds.listen(self._stream, self._listener) as feed:
            farewell: BaseException | None = None
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._receive(feed, auth))
                    group.create_task(self._send_queued())
                    group.create_task(self._until_sent_away())
                    group.create_task(self._recheck(doorkeeper, auth.token))
            except* (Farewell, ConnectionClosed) as reasons:
                farewell = reasons.exceptions[0]
            if farewell is not None:
                raise farewell

    async def _first_message(self) -> Auth:
        """The client's ``auth``. Raises Farewell when none comes in time."""
        try:
            async with asyncio.timeout(AUTH_TIMEOUT_S):
                message = parse_message(await self._socket.recv())
        except TimeoutError as error:
            raise Farewell(CloseCode.UNAUTHORIZED, "no auth message came in time") from error
        except InputError as error:
            await self._socket.send(told_error(error, self._stream, self._clock.wall_ms()))
            raise Farewell(CloseCode.UNAUTHORIZED, "the first message must be auth") from error
        if not isinstance(message, Auth):
            raise Farewell(CloseCode.UNAUTHORIZED, "the first message must be auth")
        return message

    async def _admit(self, doorkeeper: Doorkeeper, token: str) -> str:
        try:
            return await doorkeeper.admit(token, self._wanted)
        except Unauthorized as error:
            raise Farewell(CloseCode.UNAUTHORIZED, error.message) from error
        except NotFound as error:
            raise Farewell(CloseCode.NOT_FOUND, error.message) from error
        except StoreUnavailable as error:
            raise Farewell(CloseCode.TRY_AGAIN_LATER, error.message) from error

    async def _receive(self, feed: Feed, first: Auth | Subscribe) -> None:
        """Do what the client asks for, its first message included, until it goes."""
        await self._subscribe(feed, first)
        mistakes = 0
        async for raw in self._socket:
            try:
                message = parse_message(raw)
                if isinstance(message, Auth):
                    raise InputError("this connection is signed in already")  # noqa: TRY301  answered below
            except InputError as error:
                mistakes += 1
                if mistakes > MAX_MISTAKES:
                    raise Farewell(
                        CloseCode.BAD_MESSAGES, "too many messages that cannot be understood"
                    ) from error
                await self._socket.send(told_error(error, self._stream, self._clock.wall_ms()))
            else:
                await self._subscribe(feed, message)
        raise Farewell(CloseCode.NORMAL, "the client said goodbye")

    async def _subscribe(self, feed: Feed, wish: Auth | Subscribe) -> None:
        """From now on send what ``wish`` names, after what was missed and the stream's status."""
        self._events = None if wish.events is None else frozenset(wish.events)
        async with self._turn:  # what is queued meanwhile waits, so that the order is that of the log
            snapshot = await feed.snapshot()
            if wish.after is not None:
                await self._replay(wish.after)
            await self._send(snapshot)

    async def _replay(self, after: str) -> None:
        """Send what the log holds after the id ``after``, and say so if a part of that is gone."""
        self._cursor = after
        try:
            span = await self._state.log_span(self._stream)
            if span.trimmed and event_position(after) < event_position(span.first_id):
                lost = {"after": after, "oldest": span.first_id}
                text = told("events:lost", self._stream, self._clock.wall_ms(), lost)
                await self._socket.send(text)
            while entries := await self._state.log_after(self._stream, self._cursor, REPLAY_COUNT):
                for entry in entries:
                    await self._send(Outgoing(entry.event.type, entry.id, told_entry(entry)))
        except StoreUnavailable as error:
            raise Farewell(CloseCode.TRY_AGAIN_LATER, error.message) from error

    async def _send_queued(self) -> None:
        while True:
            message = await self._listener.take()
            async with self._turn:
                await self._send(message)

    async def _send(self, message: Outgoing) -> None:
        """Send ``message`` if the client wants it and a replay has not sent it already."""
        if message.id is not None:
            if event_position(message.id) <= event_position(self._cursor):
                return
            self._cursor = message.id
        if self._events is None or message.kind in self._events or message.kind == "error":
            await self._socket.send(message.text)

    async def _until_sent_away(self) -> None:
        raise await self._listener.ended()

    async def _recheck(self, doorkeeper: Doorkeeper, token: str) -> None:
        """End the connection soon after its token was revoked."""
        while True:
            await asyncio.sleep(TOKEN_RECHECK_S)
            try:
                await doorkeeper.admit(token, self._stream)
            except (Unauthorized, NotFound) as error:
                raise Farewell(CloseCode.UNAUTHORIZED, error.message) from error
            except StoreUnavailable:
                continue  # the feed has said so; nobody is sent away for that

    async def _close(self, farewell: Farewell) -> None:
        """Close with a reason; a client that does not even read that is cut off."""
        reason = farewell.reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._socket.close(farewell.code, reason)
        except TimeoutError:
            self._socket.transport.abort()
